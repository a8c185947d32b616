// Which screen is shown. No addresses: a window has no location bar, and a back step is all people use.

import type { ConsentProvider } from './scopes'

export type Screen =
  | { name: 'connections' }
  | { name: 'connection'; id: string }
  | { name: 'add'; provider?: 'huntflow' | 'static'; replaces?: string }
  /** `key`: a consent that was begun before. */
  | { name: 'consent'; provider: ConsentProvider; app?: string; renews?: string; key?: number }
  | { name: 'apps' }
  | { name: 'servers' }
  | { name: 'enrol' }
  | { name: 'handover'; ids: string[] }
  | { name: 'settings' }
  | { name: 'guide' }

export class Route {
  screen = $state.raw<Screen>({ name: 'connections' })
  /** Raised with every change, also to the same screen, so that focus moves and fields start anew. */
  visit = $state(0)

  go(screen: Screen): void {
    this.screen = screen
    this.visit += 1
  }
}
