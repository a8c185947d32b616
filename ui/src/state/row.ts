// What the list needs to know of a connection beyond what the program says: pure, and quick enough for 10,000.
import type { ConnectionView } from '../bindings/ConnectionView'
import type { Health } from '../bindings/Health'
import type { Severity } from '../bindings/Severity'

export const GROUPS = ['needs_you', 'works', 'with_server', 'not_checked', 'removed'] as const
export type Group = (typeof GROUPS)[number]

const GROUP_OF: Record<Health, Group> = {
  healthy: 'works',
  renewing: 'works',
  renew_due: 'works',
  ends_soon: 'needs_you',
  needs_person: 'needs_you',
  paused: 'needs_you',
  in_doubt: 'needs_you',
  held: 'with_server',
  not_checked: 'not_checked',
}

/** Every row is in exactly one group, so that the chips' counts add up. */
export function groupOf(row: ConnectionView): Group {
  if (row.removed_until) return 'removed'
  if (row.severity !== 'ok') return 'needs_you'
  return GROUP_OF[row.health]
}

/** The date by which a person must do something; none while the connection takes care of itself. */
export function personsDeadline(row: ConnectionView): string | null {
  return row.removed_until || row.severity === 'ok' ? null : row.deadline
}

const RANK: Record<Severity, number> = { critical: 0, warning: 1, ok: 2 }

/** What needs a person first; removed rows last. The program sends rows in this order, changes are put in by it. */
export function byUrgency(a: ConnectionView, b: ConnectionView): number {
  return (
    Number(a.removed_until !== null) - Number(b.removed_until !== null) ||
    RANK[a.severity] - RANK[b.severity] ||
    moment(a.deadline) - moment(b.deadline) ||
    compare(a.label.toLowerCase(), b.label.toLowerCase())
  )
}

// Not `localeCompare`: it costs a hundred times more, and the order only has to be steady.
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

const moment = (at: string | null) => (at === null ? 8.64e15 : Date.parse(at))

export const fold = (text: string) => text.normalize('NFC').toLowerCase()

/** Everything a person may remember of a connection, lowered once; fields are kept apart by a line break. */
export function searchText(row: ConnectionView): string {
  return fold(
    [
      row.label,
      row.person,
      row.provider,
      row.base_url,
      row.identity?.name,
      row.identity?.email,
      row.identity?.organisations.join('\n'),
      row.aliases.join('\n'),
      row.custody.kind === 'server' ? row.custody.name : null,
    ]
      .filter(Boolean)
      .join('\n'),
  )
}

/** Two tokens: one that programs use, and one that brings the next. */
export const isPair = (row: ConnectionView) => row.provider !== 'static' && row.static_key !== 'alone'
/** Its tokens come from a person's clipboard, and a newer pair can be pasted; consented ones are consented to again. */
export const isPasted = (row: ConnectionView) => isPair(row) && !row.consented
/** Which of several addresses a provider has is worth saying only where it has several. */
export const hasEnvironment = (row: ConnectionView) => row.provider === 'huntflow' || row.provider === 'static'

const REFRESH_GONE: ReadonlySet<string> = new Set([
  'refresh_not_found',
  'refresh_lost',
  'refresh_expired',
  'reauthorization_required',
  'revoked',
  'sign_in_again',
  'account_gone',
])

/** The provider has said that the refresh token is worth nothing. */
export const refreshRefused = (row: ConnectionView) => row.issues.some((issue) => REFRESH_GONE.has(issue))

/** Whether the pair's refresh token can still bring a new pair. */
export function refreshAlive(row: ConnectionView, now: number): boolean {
  if (refreshRefused(row)) return false
  return row.refresh_expires_at === null || Date.parse(row.refresh_expires_at) > now
}

/** The access token of the pair, not the key that may stand in for it. */
export const accessAlive = (row: ConnectionView) => row.valid && row.static_key !== 'in_use'

/** When Bulla will fetch a new pair by itself, as far as anyone can know today. */
export function renewalAt(row: ConnectionView): string | null {
  if (row.removed_until || !row.renews) return null
  if (row.next_step === 'renew') return row.next_step_at
  return row.next_step === 'check' && row.severity === 'ok' ? row.access_expires_at : null
}

/** Whether this window may hand the connection over now. */
export const canHandOver = (row: ConnectionView) =>
  !row.removed_until && row.custody.kind === 'desk' && row.health !== 'in_doubt'

/** The environment in the address, for a word beside the provider's name. */
export function environmentOf(baseUrl: string): 'prod' | 'prod_ai' | 'sandbox' | 'dedicated' | 'custom' {
  const host = baseUrl.replace(/^[a-z]+:\/\//, '').split('/')[0] ?? ''
  if (host === 'api.huntflow.ru') return 'prod'
  if (host === 'api.huntflow.ai') return 'prod_ai'
  if (host === 'sandbox-api.huntflow.dev') return 'sandbox'
  return /-api\.huntflow\.(ru|ai)$/.test(host) ? 'dedicated' : 'custom'
}
