// What a person's connections add up to: the line above their rows when the list is grouped by person.
import type { Kept } from './kept'

export type PersonState = { pairs: number; accessAlive: number; refreshAlive: number }

/** `pairs` of nought means that nothing has been set up for this person. */
export function personState(connections: Kept[], now: number): PersonState {
  const pairs = connections.filter(({ pair }) => pair)
  return {
    pairs: pairs.length,
    accessAlive: pairs.filter(({ access }) => access).length,
    refreshAlive: pairs.filter(({ refreshUntil }) => refreshUntil > now).length,
  }
}
