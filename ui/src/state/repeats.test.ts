import { expect, test } from 'vitest'
import { connection } from './fixture'
import { Repeats } from './repeats'

test('rows share what they have in common and keep what is their own', () => {
  const rows = [connection({ id: 'a', label: 'A' }), structuredClone(connection({ id: 'b', label: 'B', aliases: ['x'] }))]
  const shared = new Repeats().share(structuredClone(rows))
  expect(shared).toEqual(rows)
  expect(shared[1]!.custody).toBe(shared[0]!.custody)
  expect(shared[1]!.issues).toBe(shared[0]!.issues)
  expect(shared[1]!.aliases).not.toBe(shared[0]!.aliases)
})
