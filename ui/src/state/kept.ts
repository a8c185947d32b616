// A connection as the list keeps it: what is asked of all of them at every keystroke, and the rest packed into one
// text. Ten thousand whole rows take more memory than the page that shows thirty of them.
import type { ConnectionView } from '../bindings/ConnectionView'
import { accessAlive, groupOf, isPair, personsDeadline, refreshRefused, renewalAt, searchText, type Group } from './row'

export type Kept = {
  readonly id: string
  /** What a search looks through. */
  readonly text: string
  readonly group: Group
  readonly person: string | null
  readonly provider: string
  readonly estimated: boolean
  /** Moments in ms. */
  readonly deadline: number | null
  readonly renewal: number | null
  /** A pair that was not removed, whether its access token works, and until when its refresh token lives. */
  readonly pair: boolean
  readonly access: boolean
  readonly refreshUntil: number
  readonly packed: string
}

/** Many rows have these in common; they are kept once. */
const COMMON: ReadonlySet<string> = new Set(['provider', 'base_url', 'custody', 'person'] satisfies (keyof ConnectionView)[])
/** Rows that were unpacked lately: more than any window shows at once. */
const UNPACKED = 300

export class Keeping {
  #keys: string[] = []
  #common: unknown[] = []
  #texts = new Map<string | null, number>()
  #objects = new Map<string, number>()
  #unpacked = new Map<Kept, ConnectionView>()

  keep(row: ConnectionView): Kept {
    return {
      id: row.id,
      text: searchText(row),
      group: groupOf(row),
      person: this.#once(row.person),
      provider: this.#once(row.provider),
      estimated: row.estimated,
      deadline: moment(personsDeadline(row)),
      renewal: moment(renewalAt(row)),
      pair: isPair(row) && !row.removed_until,
      access: accessAlive(row),
      refreshUntil: refreshRefused(row) ? -Infinity : (moment(row.refresh_expires_at) ?? Infinity),
      packed: this.#pack(row),
    }
  }

  /** The whole row; the same object for as long as it is looked at. */
  rowOf(kept: Kept): ConnectionView {
    let row = this.#unpacked.get(kept)
    if (!row) {
      if (this.#unpacked.size >= UNPACKED) this.#unpacked.clear()
      this.#unpacked.set(kept, (row = this.#unpack(kept.packed)))
    }
    return row
  }

  /** Every row comes from the same place with the same fields: their names are kept once. */
  #pack(row: ConnectionView): string {
    if (this.#keys.length === 0) this.#keys = Object.keys(row)
    const fields = row as Record<string, unknown>
    return JSON.stringify(this.#keys.map((key) => (COMMON.has(key) ? this.#place(fields[key]) : fields[key])))
  }

  #unpack(packed: string): ConnectionView {
    const values = JSON.parse(packed) as unknown[]
    const fields = this.#keys.map((key, index) => [key, COMMON.has(key) ? this.#common[values[index] as number] : values[index]])
    return Object.fromEntries(fields) as ConnectionView
  }

  #place(value: unknown): number {
    const isText = typeof value === 'string' || value === null
    return isText ? this.#placeIn(this.#texts, value, value) : this.#placeIn(this.#objects, JSON.stringify(value), value)
  }

  #placeIn<K>(places: Map<K, number>, name: K, value: unknown): number {
    let place = places.get(name)
    if (place === undefined) {
      place = this.#common.push(value) - 1
      places.set(name, place)
    }
    return place
  }

  #once<T>(value: T): T {
    return this.#common[this.#place(value)] as T
  }
}

const moment = (at: string | null) => (at === null ? null : Date.parse(at))
