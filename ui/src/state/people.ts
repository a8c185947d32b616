// What a person's connections add up to: the line above their rows when the list is grouped by person.
import type { ConnectionView } from '../bindings/ConnectionView'
import { accessAlive, isPair, refreshAlive } from './row'

export type PersonState = { pairs: number; accessAlive: number; refreshAlive: number }

/** `pairs` of nought means that nothing has been set up for this person. */
export function personState(rows: ConnectionView[], now: number): PersonState {
  const pairs = rows.filter((row) => isPair(row) && !row.removed_until)
  return {
    pairs: pairs.length,
    accessAlive: pairs.filter(accessAlive).length,
    refreshAlive: pairs.filter((row) => refreshAlive(row, now)).length,
  }
}
