// The consent doctor: what can be known before a browser is opened, from the app and the wish. Pure.
//
// `bad` would end in an error page for sure and stops; `check` is what only a person can see in the provider's
// console; `note` is worth knowing; `ok` is said too, because a list of faults alone does not calm anybody.
import type { AppView } from '../bindings/AppView'
import { isRestricted, OFFLINE, type ConsentProvider } from './scopes'

export type Verdict = 'ok' | 'note' | 'check' | 'bad'
export type Finding = {
  /** Its words: `doctor.<key>`. */
  key: string
  verdict: Verdict
  /** To register with the provider, or to look up. */
  copy?: string[]
  /** Known from earlier consents with this app: nobody needs to look again. */
  settled?: boolean
}

export type Wish = { provider: ConsentProvider; app: AppView; scopes: readonly string[] }

/** Without a secret these providers answer nothing. */
const NEEDS_SECRET: ReadonlySet<ConsentProvider> = new Set(['google', 'feishu', 'lark', 'highlevel'])

const isAnyPort = (address: string) => /:0(\/|$)/.test(address)
/** As it is registered where any port is allowed: without one. */
export const withoutPort = (address: string) => address.replace(/:0(?=\/|$)/, '')

export function examine({ provider, app, scopes }: Wish): Finding[] {
  const settled = app.connections.length > 0
  const check = (key: string, copy?: string[]): Finding => ({ key, verdict: 'check', settled, ...(copy ? { copy } : {}) })
  const findings = [secret(provider, app), redirect(provider, app, check), ...asked(provider, scopes, check)]
  if (provider === 'google') findings.push({ key: 'google_type', verdict: 'ok' }, { key: 'google_publish', verdict: 'note' })
  if (provider === 'feishu' || provider === 'lark') findings.push(check('lark_switch'), check('lark_published'), { key: 'lark_year', verdict: 'note' })
  if (provider === 'oidc' && app.settings['refresh_tokens'] !== 'reusable') findings.push({ key: 'oidc_single_use', verdict: 'note' })
  return findings
}

function secret(provider: ConsentProvider, app: AppView): Finding {
  if (app.refused === 'app_refused') return { key: 'secret_refused', verdict: 'bad' }
  if (app.refused) return { key: 'app_stopped', verdict: 'check' }
  if (app.has_secret) return { key: 'secret_kept', verdict: 'ok' }
  return NEEDS_SECRET.has(provider) ? { key: 'secret_missing', verdict: 'bad' } : { key: 'secret_public', verdict: 'note' }
}

function redirect(provider: ConsentProvider, app: AppView, check: (key: string, copy?: string[]) => Finding): Finding {
  const fixed = app.redirects.filter((address) => !isAnyPort(address))
  if (fixed.length) return check(fixed.length > 1 ? 'redirect_several' : 'redirect_one', fixed)
  // Google's desktop apps take any loopback address; other servers want it registered, only the port is free.
  return provider === 'google' ? { key: 'redirect_none', verdict: 'ok' } : check('redirect_any_port', app.redirects.map(withoutPort))
}

function asked(provider: ConsentProvider, scopes: readonly string[], check: (key: string) => Finding): Finding[] {
  switch (provider) {
    case 'google':
      return [
        { key: scopes.length ? 'offline_google' : 'scopes_none', verdict: scopes.length ? 'ok' : 'bad' },
        ...(isRestricted(scopes) ? [{ key: 'google_restricted', verdict: 'note' } as const] : []),
        ...(scopes.length ? [check('google_api_on')] : []),
      ]
    case 'feishu':
    case 'lark':
      return [{ key: 'offline_lark', verdict: 'ok' }, check('lark_scopes')]
    case 'highlevel':
      return scopes.length ? [{ key: 'offline_highlevel', verdict: 'ok' }, check('highlevel_scopes')] : [{ key: 'scopes_none', verdict: 'bad' }]
    case 'oidc':
      return [scopes.includes(OFFLINE) ? { key: 'offline_asked', verdict: 'ok' } : { key: 'offline_not_asked', verdict: 'note' }]
  }
}

export const mayGoOn = (findings: readonly Finding[]) => findings.every(({ verdict }) => verdict !== 'bad')
/** What still waits for a tick. */
export const unseen = (findings: readonly Finding[], ticked: readonly string[]) =>
  findings.filter(({ key, verdict, settled }) => verdict === 'check' && !settled && !ticked.includes(key)).length
