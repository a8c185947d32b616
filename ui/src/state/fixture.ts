// One connection for unit tests, with what a test does not care about filled in.
import type { ConnectionView } from '../bindings/ConnectionView'
import { row } from '../host/demo/rows'

let made = 0
export const connection = (over: Partial<ConnectionView> = {}): ConnectionView => {
  made += 1
  return row({ id: `t${made}`, label: `Connection ${made}`, ...over })
}
