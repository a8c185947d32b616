// All connections, and which of them the list shows. A keystroke in the search field must cost less
// than a frame at 10,000 rows, so every row's text is lowered once when it arrives and a keystroke
// only walks strings; nothing is made per row. Whole rows are unpacked when they come into view.
import type { ConnectionView } from '../bindings/ConnectionView'
import type { Host } from '../host/types'
import type { Clock } from './clock.svelte'
import { Keeping, type Kept } from './kept'
import { personState, type PersonState } from './people'
import { byUrgency, fold, GROUPS, type Group } from './row'
import { isOnDay, timeline, type DayFilter } from './timeline'

export type Grouping = 'none' | 'provider' | 'person'

export type Head = { name: string; count: number; state: PersonState | null }
export type Entry = { kind: 'row'; key: string; kept: Kept; position: number } | { kind: 'head'; key: string; head: Head }

/** What the list draws. Lines are made when they come into view: a filter over 10,000 rows makes none. */
export type Lines = { length: number; at: (index: number) => Entry | undefined }

export class Connections {
  all = $state.raw<Kept[]>([])
  total = $state(0)
  query = $state('')
  group = $state<Group | 'all'>('all')
  grouping = $state<Grouping>('none')
  day = $state.raw<DayFilter | null>(null)

  #fetched = 0
  #keeping = new Keeping()
  #clock: Clock
  #pending = new Map<string, ConnectionView>()
  #flush: Promise<void> | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Today, as a number that stays the same all day: the timeline need not be counted every minute. */
  #today = $derived.by(() => new Date(this.#clock.now).setHours(0, 0, 0, 0))
  days = $derived(timeline(this.all, this.#today))

  counts = $derived.by(() => {
    const counts = Object.fromEntries(GROUPS.map((group) => [group, 0])) as Record<Group, number>
    for (const { group } of this.all) counts[group] += 1
    return counts
  })

  /** Asked of all rows once, not of the filtered ones at every keystroke. */
  hasEstimates = $derived(this.all.some(({ estimated }) => estimated))

  /** What "all" counts: removed rows are shown only when asked for. */
  live = $derived(this.all.length - this.counts.removed)
  loading = $derived(this.all.length < this.total)

  visible = $derived.by(() => {
    const wanted = fold(this.query).split(/\s+/).filter(Boolean)
    const { day, group } = this
    const isFirst = day !== null && day.start === this.#today
    const found: Kept[] = []
    next: for (const kept of this.all) {
      if (group === 'all' ? kept.group === 'removed' : kept.group !== group) continue
      for (const word of wanted) if (!kept.text.includes(word)) continue next
      if (day && !isOnDay(kept, day, isFirst)) continue
      found.push(kept)
    }
    return found
  })

  lines = $derived.by((): Lines => {
    const { grouping, visible } = this
    if (grouping === 'none') {
      const at = (position: number): Entry | undefined => {
        const kept = visible[position]
        return kept && { kind: 'row', key: kept.id, kept, position }
      }
      return { length: visible.length, at }
    }
    const groups = new Map<string, Kept[]>()
    for (const kept of visible) {
      const name = (grouping === 'person' ? kept.person : kept.provider) ?? ''
      const known = groups.get(name)
      if (known) known.push(kept)
      else groups.set(name, [kept])
    }
    const entries: Entry[] = []
    let position = 0
    for (const [name, members] of groups) {
      const state = grouping === 'person' ? personState(members, this.#clock.now) : null
      entries.push({ kind: 'head', key: `group ${name}`, head: { name, count: members.length, state } })
      for (const kept of members) entries.push({ kind: 'row', key: kept.id, kept, position: position++ })
    }
    return { length: entries.length, at: (index) => entries[index] }
  })

  get isFiltered(): boolean {
    return this.query.trim() !== '' || this.group !== 'all' || this.day !== null
  }

  clearFilters(): void {
    this.query = ''
    this.group = 'all'
    this.day = null
  }

  find(id: string): ConnectionView | undefined {
    const kept = this.all.find((one) => one.id === id)
    return kept && this.rowOf(kept)
  }

  rowOf(kept: Kept): ConnectionView {
    return this.#keeping.rowOf(kept)
  }

  /** The first rows, in the program's order. */
  start(rows: ConnectionView[], total: number): void {
    this.#keeping = new Keeping()
    this.all = rows.map((row) => this.#keeping.keep(row))
    this.#fetched = rows.length
    this.total = total
  }

  /** The rest, in one change at the end: drawing at each step helps nobody. */
  async loadRest(host: Host): Promise<void> {
    const known = new Map(this.all.map((kept) => [kept.id, kept]))
    const keeping = this.#keeping
    let from = this.#fetched
    const total = this.total
    while (from < total) {
      const more = await host.rows(from)
      if (more.length === 0) break
      from += more.length
      for (const row of more) known.set(row.id, keeping.keep(row))
    }
    // Another reading has begun meanwhile.
    if (keeping !== this.#keeping) return
    // What changed meanwhile is newer than what was fetched.
    for (const row of this.#pending.values()) known.set(row.id, keeping.keep(row))
    for (const kept of this.all) known.set(kept.id, kept)
    this.#fetched = from
    if (known.size !== this.all.length) this.all = [...known.values()]
    this.total = this.all.length
  }

  /** One connection changed. Changes of the same moment are put in together. */
  change(row: ConnectionView): Promise<void> {
    this.#pending.set(row.id, row)
    this.#flush ??= Promise.resolve().then(() => this.#apply())
    return this.#flush
  }

  #apply(): void {
    const changed = this.#pending
    this.#pending = new Map()
    this.#flush = undefined
    const complete = !this.loading
    const all = this.all.filter(({ id }) => !changed.has(id))
    for (const row of changed.values()) all.splice(this.#placeOf(row, all), 0, this.#keeping.keep(row))
    this.all = all
    if (complete) this.total = all.length
  }

  /** Behind everything that is as urgent. Looks at a few rows only: each has to be unpacked. */
  #placeOf(row: ConnectionView, all: Kept[]): number {
    let [from, to] = [0, all.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if (byUrgency(this.rowOf(all[middle]!), row) <= 0) from = middle + 1
      else to = middle
    }
    return from
  }
}
