import { describe, expect, it } from 'vitest'
import { at, manyRows, smallCompany } from '../host/demo/rows'
import { connection } from './fixture'
import { Keeping } from './kept'

describe('a connection as the list keeps it', () => {
  it('comes back whole', () => {
    const keeping = new Keeping()
    const rows = [...smallCompany(), ...manyRows(1000)]
    const kept = rows.map((row) => keeping.keep(row))
    expect(kept.map((one) => keeping.rowOf(one))).toEqual(rows)
    // Once more, after others were unpacked.
    expect(keeping.rowOf(kept[0]!)).toEqual(rows[0])
  })

  it('is the same object for as long as it is looked at', () => {
    const keeping = new Keeping()
    const kept = keeping.keep(connection())
    expect(keeping.rowOf(kept)).toBe(keeping.rowOf(kept))
  })

  it('takes a fraction of the room of its row', () => {
    const keeping = new Keeping()
    const [row, other] = manyRows(2)
    keeping.keep(row!)
    expect(keeping.keep(other!).packed.length).toBeLessThan(0.55 * JSON.stringify(other).length)
  })

  it('knows until when a refresh token lives, if anyone does', () => {
    const until = (over: Parameters<typeof connection>[0]) => new Keeping().keep(connection(over)).refreshUntil
    expect(until({ refresh_expires_at: at(5) })).toBe(Date.parse(at(5)))
    expect(until({ refresh_expires_at: null })).toBe(Infinity)
    expect(until({ refresh_expires_at: at(5), issues: ['refresh_lost'] })).toBe(-Infinity)
  })
})
