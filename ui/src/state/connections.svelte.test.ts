import { describe, expect, it } from 'vitest'
import { manyRows, NOW } from '../host/demo/rows'
import type { Host } from '../host/types'
import { Clock } from './clock.svelte'
import { Connections } from './connections.svelte'
import { connection } from './fixture'

function listOf(...rows: ReturnType<typeof connection>[]) {
  const list = new Connections(new Clock(NOW))
  list.start(rows, rows.length)
  return list
}
const labels = (list: Connections) => list.visible.map((row) => row.label)

describe('what the list shows', () => {
  it('finds by every word, in any field, whatever the case', () => {
    const list = listOf(
      connection({ label: 'Acme HR', person: 'Ольга', identity: { name: 'Olga P', email: 'olga@acme.example', organisations: ['Acme'] } }),
      connection({ label: 'Baltic' }),
    )
    list.query = 'ОЛЬГА acme'
    expect(labels(list)).toEqual(['Acme HR'])
    list.query = 'olga baltic'
    expect(labels(list)).toEqual([])
  })

  it('puts every row into exactly one group', () => {
    const list = listOf(
      connection({}),
      connection({ health: 'needs_person', severity: 'critical' }),
      connection({ health: 'held', severity: 'warning' }),
      connection({ health: 'held' }),
      connection({ health: 'not_checked' }),
      connection({ removed_until: '2026-11-25T00:00:00Z' }),
    )
    expect(list.counts).toEqual({ works: 1, needs_you: 2, with_server: 1, not_checked: 1, removed: 1 })
    expect(list.live).toBe(5)
  })

  it('shows removed rows only when they are asked for', () => {
    const list = listOf(connection({ label: 'here' }), connection({ label: 'gone', removed_until: '2026-11-25T00:00:00Z' }))
    expect(labels(list)).toEqual(['here'])
    list.group = 'removed'
    expect(labels(list)).toEqual(['gone'])
  })

  it('groups by person with what their pairs add up to', () => {
    const list = listOf(
      connection({ person: 'Anna' }),
      connection({ person: 'Anna', valid: false, issues: ['refresh_lost'] }),
      connection({ person: 'Li', provider: 'static', static_key: 'alone', rotating: false }),
    )
    list.grouping = 'person'
    const lines = Array.from({ length: list.lines.length }, (_, index) => list.lines.at(index)!)
    const heads = lines.flatMap((line) => (line.kind === 'head' ? [line.head] : []))
    expect(heads).toEqual([
      { name: 'Anna', count: 2, state: { pairs: 2, accessAlive: 1, refreshAlive: 1 } },
      { name: 'Li', count: 1, state: { pairs: 0, accessAlive: 0, refreshAlive: 0 } },
    ])
    expect(lines.length).toBe(5)
  })

  it('filters 10,000 rows in a fraction of a frame', () => {
    const list = new Connections(new Clock(NOW))
    list.start(manyRows(10_000), 10_000)
    const best = (query: string) =>
      Math.min(
        ...Array.from({ length: 5 }, () => {
          list.query = ''
          void list.lines.length
          const started = performance.now()
          list.query = query
          void list.lines.length
          return performance.now() - started
        }),
      )
    for (const query of ['c', 'company 3', 'zzz', 'olga']) expect(best(query)).toBeLessThan(8)
    list.query = 'company399.example'
    expect(list.visible.length).toBe(25)
  })
})

describe('what changes', () => {
  it('moves a changed row to where its urgency puts it', async () => {
    const list = listOf(connection({ label: 'A' }), connection({ label: 'B' }))
    await list.change({ ...list.rows[1]!, severity: 'critical', health: 'needs_person' })
    expect(labels(list)).toEqual(['B', 'A'])
    expect(list.total).toBe(2)
  })

  it('finds a renamed row by its new label and not by its old one', async () => {
    const list = listOf(connection({ label: 'Old name' }))
    await list.change({ ...list.rows[0]!, label: 'Fresh' })
    list.query = 'old'
    expect(list.visible.length).toBe(0)
    list.query = 'fresh'
    expect(list.visible.length).toBe(1)
  })

  it('takes several changes of one moment together', async () => {
    const list = listOf(connection({ label: 'A' }), connection({ label: 'B' }))
    const [a, b] = list.rows
    const first = list.change({ ...a!, label: 'A2' })
    const second = list.change({ ...b!, label: 'B2' })
    expect(first).toBe(second)
    await first
    expect(labels(list)).toEqual(['A2', 'B2'])
  })

  it('fetches the rest in the order given, and keeps what changed meanwhile', async () => {
    const all = manyRows(4500)
    const list = new Connections(new Clock(NOW))
    list.start(all.slice(0, 200), all.length)
    expect(list.loading).toBe(true)
    const asked: number[] = []
    const host = {
      rows: async (from: number) => {
        asked.push(from)
        if (from === 2200) await list.change({ ...all[4000]!, label: 'changed meanwhile' })
        return all.slice(from, from + 2000)
      },
    } as unknown as Host
    await list.loadRest(host)
    expect(asked).toEqual([200, 2200, 4200])
    expect(list.rows.length).toBe(4500)
    expect(list.loading).toBe(false)
    expect(list.find('m4000')?.label).toBe('changed meanwhile')
  })
})
