// Apps and consents of the demonstration. The page's address says how the next consent ends:
// ?consent=declined|timeout|other_person|confirm|missing|wait; without it, well and after a moment.
// `wait` ends well with the page's event `demo-consent`.
import type { AppView } from '../../bindings/AppView'
import type { ConnectionView } from '../../bindings/ConnectionView'
import type { ConsentEnd } from '../../bindings/ConsentEnd'
import type { ErrorCode } from '../../bindings/ErrorCode'
import type { GrantView } from '../../bindings/GrantView'
import { Refusal, type AppForm, type ConsentForm, type Host, type HostEvents } from '../types'
import { at, row } from './rows'

const query = new URLSearchParams(globalThis.location?.search ?? '')
const wanted = query.get('consent')
const wait = (ms: number) => new Promise<void>((done) => setTimeout(done, ms))
const DAY = 86_400_000

const GOOGLE = 'https://www.googleapis.com/auth/'
const WHO = ['openid', `${GOOGLE}userinfo.email`]
const FIXED = ['http://localhost:18080/callback', 'http://localhost:18081/callback', 'http://localhost:18082/callback']
const REDIRECTS: Record<string, string[]> = {
  google: ['http://127.0.0.1:0/'],
  feishu: FIXED,
  lark: FIXED,
  highlevel: ['http://localhost:3000/callback'],
  oidc: ['http://127.0.0.1:0/callback'],
}

function refuse(code: ErrorCode, params: Record<string, string> = {}, detail: string | null = null): never {
  throw new Refusal({ code, params, detail })
}

const app = (over: Pick<AppView, 'id' | 'label' | 'provider' | 'client_id'> & Partial<AppView>): AppView => ({
  has_secret: true,
  refused: null,
  connections: [],
  redirects: REDIRECTS[over.provider] ?? [],
  settings: {},
  created_at: at(-60 * DAY),
  ...over,
})

export function companyApps(): AppView[] {
  return [
    app({ id: 'app-google', label: 'Google acme-hr', provider: 'google', client_id: '482913057711-9q2f.apps.googleusercontent.com' }),
    app({ id: 'app-feishu', label: '飞书招聘助手', provider: 'feishu', client_id: 'cli_a7f3c02d9b1e500d', refused: 'app_refused' }),
    app({ id: 'app-oidc', label: 'Keycloak', provider: 'oidc', client_id: 'bulla-desk', settings: { issuer: 'https://id.orbit.example/realms/hr' } }),
  ]
}

const grant = (over: Partial<GrantView> & Pick<GrantView, 'app' | 'app_label' | 'scopes'>): GrantView => ({
  missing: [],
  consented_at: at(-20 * DAY),
  consent_ends_at: null,
  testing: false,
  ...over,
})

export function companyGrants(): Map<string, GrantView> {
  return new Map([
    ['g1', grant({ app: 'app-google', app_label: 'Google acme-hr', scopes: [...WHO, `${GOOGLE}gmail.modify`, `${GOOGLE}spreadsheets`] })],
    ['g2', grant({ app: 'app-google', app_label: 'Google acme-hr', scopes: [...WHO, `${GOOGLE}spreadsheets.readonly`], missing: [`${GOOGLE}gmail.send`], testing: true })],
    ['g5', grant({ app: 'app-google', app_label: 'Google acme-hr', scopes: [...WHO, `${GOOGLE}drive.readonly`] })],
    ['g3', grant({ app: 'app-feishu', app_label: '飞书招聘助手', scopes: ['auth:user.id:read', 'offline_access'], consent_ends_at: at(345 * DAY) })],
    ['g4', grant({ app: 'app-oidc', app_label: 'Keycloak', scopes: ['openid', 'email', 'offline_access'] })],
  ])
}

type Waiting = { form: ConsentForm; end: Promise<ConsentEnd>; finish: (end: ConsentEnd) => void; decided: ConsentEnd | null }

/** What the demonstration's host shares with its consents. */
export type Ground = {
  rows: () => ConnectionView[]
  keep: (row: ConnectionView) => ConnectionView
  drop: (ids: string[]) => void
  tell: <E extends keyof HostEvents>(event: E, payload: HostEvents[E]) => void
}

type ConsentHost = Pick<
  Host,
  | 'apps'
  | 'appAdd'
  | 'appUpdate'
  | 'appRemove'
  | 'consentBegin'
  | 'consentEnd'
  | 'consentDecide'
  | 'consentCancel'
  | 'consentPaste'
  | 'consentOpen'
  | 'consentCopyLink'
  | 'connectionRevoke'
>

const ended = (state: string, over: Partial<ConsentEnd> = {}): ConsentEnd => ({
  state,
  connection: null,
  missing: [],
  added: [],
  known: null,
  found: null,
  error: null,
  ...over,
})
const failed = (code: ErrorCode, detail: string | null = null) => ended('failed', { error: { code, params: {}, detail } })

export class DemoConsents {
  apps: AppView[]
  grants: Map<string, GrantView>
  #waiting = new Map<string, Waiting>()
  #ground: Ground
  #made = 0

  constructor(ground: Ground, isEmpty: boolean) {
    this.#ground = ground
    this.apps = isEmpty ? [] : companyApps()
    this.grants = isEmpty ? new Map() : companyGrants()
  }

  #shown(): AppView[] {
    const labels = (id: string) =>
      this.#ground
        .rows()
        .filter((one) => !one.removed_until && this.grants.get(one.id)?.app === id)
        .map((one) => one.label)
    return this.apps.map((one) => ({ ...one, connections: labels(one.id) }))
  }

  #app(id: string): AppView {
    return this.#shown().find((one) => one.id === id) ?? refuse('app_not_found')
  }

  #of(id: string): Waiting {
    return this.#waiting.get(id) ?? refuse('consent_over')
  }

  #add(form: AppForm): AppView {
    const file = form.file ? clientFile(form.file) : null
    const clientId = file?.clientId ?? form.clientId.trim()
    if (!clientId) refuse('app_details_invalid', { field: 'client_id' })
    if (form.issuer && !/^https:\/\/[a-z0-9.-]+/.test(form.issuer)) refuse('discovery_failed', {}, form.issuer)
    const known = this.apps.find((one) => one.provider === form.provider && one.client_id === clientId)
    const id = known?.id ?? `app${(this.#made += 1)}`
    const label = form.label.trim() || file?.label || clientId
    const settings = { ...(form.issuer ? { issuer: form.issuer } : {}), ...form.settings }
    const added = app({ id, label: known?.label ?? label, provider: form.provider, client_id: clientId, has_secret: Boolean(file || form.secret), settings })
    this.apps = [...this.apps.filter((one) => one.id !== id), added]
    this.#ground.tell('apps', null)
    return this.#app(id)
  }

  /** A well-ended consent: a new connection, or a newer consent of one. */
  #kept({ app: id, scopes, label, person, renews }: ConsentForm): ConsentEnd {
    const by = this.#app(id)
    const short = by.provider === 'google' ? [...WHO, ...scopes.map((one) => (one.includes(':') ? one : GOOGLE + one))] : scopes
    const before = renews ? this.grants.get(renews) : undefined
    const asked = renews && scopes.length === 0 ? [...(before?.scopes ?? []), ...(before?.missing ?? [])] : short
    const missing = wanted === 'missing' ? asked.slice(-1) : []
    const granted = asked.filter((one) => !missing.includes(one))
    const known = this.#ground.rows().find((one) => one.id === renews)
    const identity = { name: 'Olga Petrova', email: 'olga@northwind.example', organisations: ['Northwind'] }
    const fresh: Partial<ConnectionView> = { health: 'healthy', severity: 'ok', valid: true, issues: [], last_error: null, deadline: null }
    const kept = this.#ground.keep(
      known
        ? { ...known, ...fresh, next_step: 'renew', next_step_at: at(48 * 60_000), access_expires_at: at(3_600_000) }
        : consented({ id: `consented${(this.#made += 1)}`, label, person, provider: by.provider, identity }),
    )
    const lasts = by.provider === 'feishu' || by.provider === 'lark'
    const now = { consented_at: at(0), consent_ends_at: lasts ? at(365 * DAY) : null }
    this.grants.set(kept.id, grant({ app: id, app_label: by.label, scopes: granted, missing, ...now }))
    this.#ground.tell('connection', kept)
    return ended('kept', { connection: kept, missing, added: before ? granted.filter((one) => !before.scopes.includes(one)) : [] })
  }

  #outcome(form: ConsentForm): ConsentEnd {
    if (wanted === 'declined') return failed('consent_declined', 'access_denied')
    if (wanted === 'timeout') return failed('consent_timed_out')
    if (wanted === 'confirm') return ended('confirm')
    if (wanted === 'other_person') {
      const known = this.#ground.rows().find((one) => one.id === form.renews)?.identity ?? { name: 'Anna Smirnova', email: 'anna@orbit.example', organisations: [] }
      return ended('other_person', { known, found: { name: 'Olga Petrova', email: 'olga@northwind.example', organisations: [] } })
    }
    return this.#kept(form)
  }

  readonly host: ConsentHost = {
    apps: async () => this.#shown(),
    appAdd: async (form) => this.#add(form),
    appUpdate: async (id, label, secret) => {
      const known = this.#app(id)
      const changed = { ...known, label: label.trim() || known.label, refused: secret ? null : known.refused, has_secret: known.has_secret || Boolean(secret) }
      this.apps = this.apps.map((one) => (one.id === id ? changed : one))
      if (secret) for (const one of this.#ground.rows()) if (this.grants.get(one.id)?.app === id) this.#ground.tell('connection', this.#ground.keep({ ...one, health: 'healthy', severity: 'ok', valid: true, issues: [], last_error: null, deadline: null }))
      this.#ground.tell('apps', null)
      return changed
    },
    appRemove: async (id) => {
      const { connections, label } = this.#app(id)
      if (connections.length) refuse('app_in_use', { label, matches: connections.join(', ') })
      this.apps = this.apps.filter((one) => one.id !== id)
      this.#ground.tell('apps', null)
    },
    consentBegin: async (form) => {
      const by = this.#app(form.app)
      if (!form.renews && this.#ground.rows().some((one) => one.label === form.label)) refuse('label_taken', { label: form.label })
      const id = `wait${(this.#made += 1)}`
      let finish: (end: ConsentEnd) => void = () => undefined
      const end = new Promise<ConsentEnd>((done) => (finish = done))
      const waiting: Waiting = { form, end, finish, decided: null }
      this.#waiting.set(id, waiting)
      // A test says when a waiting one ends; clocks would race with the test's own steps.
      if (wanted === 'wait') globalThis.addEventListener?.('demo-consent', () => finish(this.#outcome(form)), { once: true })
      else void wait(600).then(() => finish(this.#outcome(form)))
      const redirect = (by.redirects[0] ?? '').replace(':0', ':40213')
      return { id, redirect, ends_at: at(5 * 60_000), opened: wanted !== 'wait' || !query.has('nobrowser') }
    },
    consentEnd: async (id) => {
      const waiting = this.#of(id)
      return waiting.decided ?? waiting.end
    },
    consentDecide: async (id, keep) => {
      const waiting = this.#of(id)
      await wait(50)
      return (waiting.decided = keep ? this.#kept(waiting.form) : failed('consent_cancelled'))
    },
    consentCancel: async (id) => this.#of(id).finish(failed('consent_cancelled')),
    consentPaste: async (id, text) => {
      const waiting = this.#of(id)
      if (!/127\.0\.0\.1|localhost/.test(text)) refuse('callback_not_ours')
      if (!/[?&]code=/.test(text)) refuse('callback_incomplete')
      waiting.finish(this.#kept(waiting.form))
    },
    consentOpen: async (id) => void this.#of(id),
    consentCopyLink: async (id) => void this.#of(id),
    connectionRevoke: async (id, confirmed) => {
      const mine = this.#ground.rows().find((one) => one.id === id) ?? refuse('not_found')
      // Google ends everything that one person granted to one project.
      const same = (one: ConnectionView) => one.id !== id && one.identity?.email === mine.identity?.email && this.grants.get(one.id)?.app === this.grants.get(id)?.app
      const others = mine.provider === 'google' ? this.#ground.rows().filter(same) : []
      if (others.length && !confirmed) refuse('revoke_ends_others', { label: mine.label, matches: others.map((one) => one.label).join(', ') })
      for (const one of others) this.#ground.tell('connection', this.#ground.keep({ ...one, health: 'needs_person', severity: 'critical', valid: false, issues: ['revoked'], deadline: at(0), next_step: null, next_step_at: null }))
      this.#ground.drop([id])
    },
  }
}

function clientFile(text: string): { clientId: string; label: string } {
  let file: Record<string, unknown>
  try {
    file = JSON.parse(text) as Record<string, unknown>
  } catch {
    return refuse('client_file_unreadable')
  }
  if (file['type'] === 'service_account') refuse('client_file_service_account')
  if (file['web']) refuse('client_file_web')
  if (file['refresh_token']) refuse('client_file_tokens')
  const client = file['installed'] as { client_id?: string; project_id?: string } | undefined
  if (!client?.client_id) return refuse('client_file_unreadable')
  return { clientId: client.client_id, label: `Google ${client.project_id ?? ''}`.trim() }
}

/** A connection as a consent makes it: Google's refresh tokens last, the others work once. */
export function consented(over: Partial<ConnectionView> & Pick<ConnectionView, 'id' | 'label' | 'provider'>): ConnectionView {
  const isGoogle = over.provider === 'google'
  const bases: Record<string, string> = { google: 'https://www.googleapis.com', feishu: 'https://open.feishu.cn', lark: 'https://open.larksuite.com', highlevel: 'https://services.leadconnectorhq.com' }
  return row({
    base_url: bases[over.provider] ?? 'https://id.orbit.example/realms/hr',
    consented: true,
    rotating: !isGoogle,
    renew_opens_at: null,
    next_step_at: at(40 * 60_000),
    access_expires_at: at(52 * 60_000),
    refresh_expires_at: isGoogle ? null : at(6 * DAY),
    last_renewed_at: at(-8 * 60_000),
    ...over,
  })
}

export function consentedRows(): ConnectionView[] {
  return [
    consented({ id: 'g1', label: 'Anna: Gmail and Sheets', provider: 'google', person: 'Anna Smirnova', identity: { name: null, email: 'anna@orbit.example', organisations: [] } }),
    consented({ id: 'g5', label: 'Anna: reports', provider: 'google', person: 'Anna Smirnova', identity: { name: null, email: 'anna@orbit.example', organisations: [] } }),
    consented({ id: 'g2', label: 'Marta: Sheets', provider: 'google', person: 'Marta Ozola', identity: { name: null, email: 'marta@orbit.example', organisations: [] }, health: 'needs_person', severity: 'critical', valid: false, issues: ['refresh_not_found', 'app_in_testing'], deadline: at(-2 * 3_600_000), next_step: null, next_step_at: null, access_expires_at: at(-3_600_000), refresh_expires_at: at(-2 * 3_600_000), last_error: { code: 'refresh_not_found', at: at(-2 * 3_600_000), detail: 'invalid_grant: Token has been expired or revoked.' } }),
    consented({ id: 'g3', label: '王小明 飞书', provider: 'feishu', person: '王小明', identity: { name: '王小明', email: null, organisations: ['星河科技'] }, health: 'paused', severity: 'warning', valid: false, issues: ['app_refused'], deadline: at(5 * DAY), next_step: 'check', next_step_at: at(DAY), last_error: { code: 'app_refused', at: at(-5 * 3_600_000), detail: 'invalid_client: 20002' } }),
    consented({ id: 'g4', label: 'HR portal', provider: 'oidc', person: 'Jo Park', identity: { name: 'Jo Park', email: 'jo@orbit.example', organisations: [] } }),
  ]
}
