// All connections, and which of them the list shows. A keystroke in the search field must cost less
// than a frame at 10,000 rows, so every row's text is lowered once when it arrives and a keystroke
// only walks strings; nothing is made per row.
import type { ConnectionView } from '../bindings/ConnectionView'
import type { Host } from '../host/types'
import type { Clock } from './clock.svelte'
import { personState, type PersonState } from './people'
import { byUrgency, fold, groupOf, searchText, GROUPS, type Group } from './row'
import { isOnDay, timeline, type DayFilter } from './timeline'

export type Grouping = 'none' | 'provider' | 'person'

export type Head = { name: string; count: number; state: PersonState | null }
export type Entry = { kind: 'row'; key: string; row: ConnectionView; position: number } | { kind: 'head'; key: string; head: Head }

/** What the list draws. Lines are made when they come into view: a filter over 10,000 rows makes none. */
export type Lines = { length: number; at: (index: number) => Entry | undefined }

export class Connections {
  rows = $state.raw<ConnectionView[]>([])
  total = $state(0)
  query = $state('')
  group = $state<Group | 'all'>('all')
  grouping = $state<Grouping>('none')
  day = $state.raw<DayFilter | null>(null)

  #search: string[] = []
  #groups: Group[] = []
  #fetched = 0
  #clock: Clock
  #pending = new Map<string, ConnectionView>()
  #flush: Promise<void> | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Today, as a number that stays the same all day: the timeline need not be counted every minute. */
  #today = $derived.by(() => new Date(this.#clock.now).setHours(0, 0, 0, 0))
  days = $derived(timeline(this.rows, this.#today))

  counts = $derived.by(() => {
    const counts = Object.fromEntries(GROUPS.map((group) => [group, 0])) as Record<Group, number>
    for (const row of this.rows) counts[groupOf(row)] += 1
    return counts
  })

  /** Asked of all rows once, not of the filtered ones at every keystroke. */
  hasEstimates = $derived(this.rows.some((row) => row.estimated))

  /** What "all" counts: removed rows are shown only when asked for. */
  live = $derived(this.rows.length - this.counts.removed)
  loading = $derived(this.rows.length < this.total)

  visible = $derived.by(() => {
    const wanted = fold(this.query).split(/\s+/).filter(Boolean)
    const { day, group, rows } = this
    const isFirst = day !== null && day.start === this.#today
    const texts = this.#search
    const groups = this.#groups
    const found: ConnectionView[] = []
    next: for (let index = 0; index < rows.length; index += 1) {
      const own = groups[index]!
      if (group === 'all' ? own === 'removed' : own !== group) continue
      const text = texts[index]!
      for (const word of wanted) if (!text.includes(word)) continue next
      const row = rows[index]!
      if (day && !isOnDay(row, day, isFirst)) continue
      found.push(row)
    }
    return found
  })

  lines = $derived.by((): Lines => {
    const { grouping, visible } = this
    if (grouping === 'none') {
      const at = (position: number): Entry | undefined => {
        const row = visible[position]
        return row && { kind: 'row', key: row.id, row, position }
      }
      return { length: visible.length, at }
    }
    const groups = new Map<string, ConnectionView[]>()
    for (const row of visible) {
      const name = (grouping === 'person' ? row.person : row.provider) ?? ''
      const known = groups.get(name)
      if (known) known.push(row)
      else groups.set(name, [row])
    }
    const entries: Entry[] = []
    let position = 0
    for (const [name, rows] of groups) {
      const state = grouping === 'person' ? personState(rows, this.#clock.now) : null
      entries.push({ kind: 'head', key: `group ${name}`, head: { name, count: rows.length, state } })
      for (const row of rows) entries.push({ kind: 'row', key: row.id, row, position: position++ })
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
    return this.rows.find((row) => row.id === id)
  }

  /** The first rows, in the program's order. */
  start(rows: ConnectionView[], total: number): void {
    this.#set(rows)
    this.#fetched = rows.length
    this.total = total
  }

  /** The rest, in one change at the end: drawing five times on the way helps nobody. */
  async loadRest(host: Host): Promise<void> {
    const known = new Map(this.rows.map((row) => [row.id, row]))
    let from = this.#fetched
    const total = this.total
    while (from < total) {
      const more = await host.rows(from)
      if (more.length === 0) break
      from += more.length
      for (const row of more) known.set(row.id, row)
    }
    // What changed meanwhile is newer than what was fetched.
    for (const row of this.#pending.values()) known.set(row.id, row)
    for (const row of this.rows) known.set(row.id, row)
    this.#fetched = from
    const rows = [...known.values()]
    if (rows.length !== this.rows.length) this.#set(rows)
    this.total = rows.length
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
    const rows = this.rows.map((row) => {
      const newer = changed.get(row.id)
      if (newer) changed.delete(row.id)
      return newer ?? row
    })
    const complete = !this.loading
    rows.push(...changed.values())
    rows.sort(byUrgency)
    this.#set(rows)
    if (complete) this.total = rows.length
  }

  #set(rows: ConnectionView[]): void {
    const known = new Map(this.rows.map((row, index) => [row, this.#search[index]!]))
    this.#search = rows.map((row) => known.get(row) ?? searchText(row))
    this.#groups = rows.map(groupOf)
    this.rows = rows
  }
}
