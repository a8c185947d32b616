// A host in the browser for screens' tests and for work on the screens. The build chooses it only in
// the mode `demo`; the product's bundle holds nothing of this folder. The page's address says what to
// show: ?rows=10000, ?state=empty|locked|broken|changed, ?lang=, ?theme=, ?vault=file, ?consent= (demo/consent.ts).
import type { ConnectionView } from '../bindings/ConnectionView'
import type { ErrorCode } from '../bindings/ErrorCode'
import type { ServerView } from '../bindings/ServerView'
import type { SettingsView } from '../bindings/SettingsView'
import type { VaultView } from '../bindings/VaultView'
import { consentedRows, DemoConsents } from './demo/consent'
import { environmentOf, lookAt } from './demo/paste'
import { at, DESK, held, manyRows, row, smallCompany } from './demo/rows'
import { Refusal, type Host, type HostEvents, type PasteRequest } from './types'

const query = new URLSearchParams(globalThis.location?.search ?? '')
const state = query.get('state')
const wait = (ms: number) => new Promise((done) => setTimeout(done, ms))

function refuse(code: ErrorCode, params: Record<string, string> = {}, detail: string | null = null): never {
  throw new Refusal({ code, params, detail })
}

let rows: ConnectionView[] = state === 'empty' ? [] : query.has('rows') ? manyRows(Number(query.get('rows'))) : [...smallCompany(), ...consentedRows()]
let settings: SettingsView = { language: query.get('lang') ?? 'system', theme: query.get('theme') ?? 'system' }
let vault: VaultView = state === 'locked' ? { state: 'waiting', problem: 'keychain_locked' } : { state: 'ready', problem: null }
const WORDS = ['amber', 'bridge', 'cedar', 'delta', 'ember', 'falcon', 'granite', 'harbor']
let servers: ServerView[] =
  state === 'empty'
    ? []
    : [
        {
          name: 'hr-prod-1',
          fingerprint: 'SHA256:0f9c 77aa 31d2 8be4 5510',
          added_at: at(-9 * 86_400_000),
          holds: ['Payroll bot', 'Warehouse hiring'],
          words: WORDS,
          last_heard_at: at(-26 * 3_600_000),
        },
      ]

const heard = new Map<string, Set<(payload: never) => void>>()
function tell<E extends keyof HostEvents>(event: E, payload: HostEvents[E]) {
  for (const listener of heard.get(event) ?? []) (listener as (payload: HostEvents[E]) => void)(payload)
}

function change(id: string, over: Partial<ConnectionView>): ConnectionView {
  const known = rows.find((one) => one.id === id) ?? refuse('not_found')
  const changed = { ...known, ...over }
  rows = rows.map((one) => (one.id === id ? changed : one))
  tell('connection', changed)
  return changed
}

const consents = new DemoConsents(
  {
    rows: () => rows,
    keep(kept) {
      rows = rows.some((one) => one.id === kept.id) ? rows.map((one) => (one.id === kept.id ? kept : one)) : [...rows, kept]
      return kept
    },
    drop(ids) {
      rows = rows.filter((one) => !ids.includes(one.id))
      tell('connections_reset', null)
    },
    tell,
  },
  state === 'empty',
)

/** Whose pair it is, by what the stand-in tokens begin with. */
function accessOf(request: PasteRequest): string {
  return (request.access || request.text || request.apiKey).match(/[0-9a-f]{64}/)?.[0] ?? request.apiKey
}

export const host: Host = {
  async snapshot() {
    if (state === 'broken') refuse('home_newer')
    return {
      now: at(0),
      home: {
        home_id: 'home',
        role: 'desk',
        vault: query.get('vault') ?? 'keychain',
        fingerprint: 'SHA256:7f3a 02c1 9d44 e6b0 1188',
        version: '0.1.0',
        folder: '/home/anna/.local/share/bulla',
      },
      settings,
      vault,
      rows: rows.slice(0, 200),
      total: rows.length,
      servers,
      system_language: query.get('system') ?? 'en',
      system_dark: false,
    }
  },
  rows: async (from) => rows.slice(from, from + 2000),
  async connection(id) {
    const connection = rows.find((one) => one.id === id) ?? refuse('not_found')
    return {
      connection,
      grant: consents.grants.get(id) ?? null,
      history: [
        ...(connection.last_error ? [{ at: connection.last_error.at, kind: 'renew_failed', code: connection.last_error.code, detail: null }] : []),
        { at: at(-6 * 3_600_000), kind: 'tested', code: null, detail: null },
        { at: at(-44 * 3_600_000), kind: 'renewed', code: null, detail: null },
        { at: at(-9 * 86_400_000), kind: 'person_set', code: null, detail: null },
        { at: at(-9 * 86_400_000), kind: 'added', code: null, detail: null },
      ],
    }
  },
  settingsSet: async (chosen) => (settings = chosen),
  vaultNow: async () => vault,
  async vaultRetry() {
    await wait(50)
    vault = { state: 'ready', problem: null }
    return vault
  },
  environment: async (address) => environmentOf(address) ?? refuse('base_url_invalid'),
  pasteLook: async (request) => lookAt(request),
  async pasteCheck(request, baseUrl, replaces) {
    await wait(30)
    const token = accessOf(request)
    const isSandbox = baseUrl.includes('sandbox')
    if (token.startsWith('ae')) refuse('offline')
    if (token.startsWith('ac') && !isSandbox) {
      return { access: 'not_accepted', identity: null, kept_by: null, other_person: null, problem: 'access_not_accepted', detail: 'Invalid access token' }
    }
    const identity = { name: 'Olga Petrova', email: 'olga@northwind.example', organisations: ['Northwind', 'Northwind Baltic'] }
    const owner = rows.find((one) => one.id === replaces)?.identity ?? null
    const otherPerson = owner && owner.email !== identity.email ? owner : null
    return { access: 'alive', identity, kept_by: token.startsWith('ad') ? 'Acme HR' : null, other_person: otherPerson, problem: null, detail: null }
  },
  async pasteKeep({ baseUrl, label, person, replaces, request }) {
    await wait(30)
    if (replaces) {
      return change(replaces, { health: 'healthy', severity: 'ok', valid: true, issues: [], last_error: null, deadline: null, estimated: true, access_expires_at: at(7 * 86_400_000), refresh_expires_at: at(7 * 86_400_000), next_step: 'check', next_step_at: at(86_400_000), renew_opens_at: null })
    }
    if (rows.some((one) => one.label === label)) refuse('label_taken', { label })
    const alone = request.apiKey && !request.text && !request.access
    const kept = row({
      id: `new${rows.length}`,
      label,
      person,
      base_url: baseUrl,
      identity: { name: 'Olga Petrova', email: 'olga@northwind.example', organisations: ['Northwind'] },
      estimated: !alone,
      next_step: 'check',
      next_step_at: at(86_400_000),
      renew_opens_at: null,
      last_renewed_at: null,
      ...(alone ? { provider: 'static', static_key: 'alone', rotating: false, access_expires_at: null, refresh_expires_at: null } : {}),
    })
    rows = [...rows, kept]
    tell('connection', kept)
    return kept
  },
  clipboardClear: async () => {},
  async connectionTest(id) {
    await wait(50)
    return change(id, { last_tested_at: at(0) })
  },
  async connectionRenew(id) {
    await wait(50)
    return change(id, { health: 'healthy', severity: 'ok', valid: true, last_renewed_at: at(0) })
  },
  async connectionRename(id, label) {
    if (!label) refuse('label_empty')
    if (rows.some((one) => one.label === label && one.id !== id)) refuse('label_taken', { label })
    return change(id, { label })
  },
  connectionSetPerson: async (id, person) => change(id, { person }),
  connectionRemove: async (id) => change(id, { removed_until: at(7 * 86_400_000) }),
  connectionRestore: async (id) => change(id, { removed_until: null }),
  connectionCopy: async () => {},
  connectionReveal: async () => {},
  ...consents.host,
  async aliasSet(name, id) {
    if (!/^[a-z0-9-]+$/.test(name)) refuse('alias_invalid')
    return change(id, { aliases: [...(rows.find((one) => one.id === id)?.aliases ?? []), name] })
  },
  async aliasRemove(name) {
    for (const one of rows) if (one.aliases.includes(name)) change(one.id, { aliases: one.aliases.filter((alias) => alias !== name) })
  },
  servers: async () => servers,
  enrol: async () => ({ card: 'bulla-card1:desk', command: "bulla agent enrol --sender 'bulla-card1:eyJuYW1lIjoiYW5uYS1sYXB0b3AiLCJrZXkiOiJhZ2UxcXlxc3pxZ3BxeXFzenFncCJ9'" }),
  async cardInspect(card) {
    if (!card.startsWith('bulla-card1:')) refuse('card_damaged')
    const changed = state === 'changed'
    return { name: changed ? 'hr-prod-1' : 'hr-prod-2', fingerprint: 'SHA256:b1d0 94ce 2f6a 7703 aa19', words: WORDS, known_fingerprint: changed ? 'SHA256:0f9c 77aa 31d2 8be4 5510' : null }
  },
  async serverAdd() {
    const server = { name: 'hr-prod-2', fingerprint: 'SHA256:b1d0 94ce 2f6a 7703 aa19', added_at: at(0), holds: [], words: WORDS, last_heard_at: null }
    servers = [...servers, server]
    tell('servers', servers)
    return server
  },
  async seal(fingerprint, ids, expiresHours) {
    await wait(50)
    const server = servers.find((one) => one.fingerprint === fingerprint) ?? refuse('server_not_found')
    const sent = ids.map((id) => {
      const known = rows.find((one) => one.id === id) ?? refuse('not_found')
      return known.rotating ? change(id, { health: 'held', custody: held(server.name, false), next_step: null, next_step_at: null }) : known
    })
    return {
      bundle_id: 'b1',
      path: '/home/anna/Downloads/hr-prod-1-20261121.bulla',
      server: server.name,
      labels: sent.map((one) => one.label),
      expires: at(expiresHours * 3_600_000),
      copy_command: 'scp /home/anna/Downloads/hr-prod-1-20261121.bulla USER@hr-prod-1:',
      open_command: 'bulla agent open hr-prod-1-20261121.bulla --receipt receipt.txt',
    }
  },
  async receipt(text) {
    if (!text.startsWith('bulla-receipt1:')) refuse('receipt_damaged')
    const waiting = rows.filter((one) => one.custody.kind === 'server' && !one.custody.confirmed)
    for (const one of waiting) change(one.id, { custody: { ...one.custody, confirmed: true }, severity: 'ok', deadline: null })
    return { labels: waiting.map((one) => one.label), from: 'hr-prod-1' }
  },
  async recall(id, force) {
    if (!force) refuse('recall_too_early', { at: at(20 * 3_600_000) })
    return change(id, { custody: DESK, health: 'healthy', severity: 'ok', deadline: null, next_step: 'check', next_step_at: at(3_600_000) })
  },
  async takeBack() {
    const back = rows.filter((one) => one.custody.kind === 'server' && one.custody.confirmed)
    for (const one of back) change(one.id, { custody: DESK, health: 'healthy', valid: true })
    return { labels: back.map((one) => one.label), from: 'hr-prod-1' }
  },
  openFolder: async () => {},
  openLink: async () => {},
  async listen(event, listener) {
    const listeners = heard.get(event) ?? new Set()
    listeners.add(listener as (payload: never) => void)
    heard.set(event, listeners)
    return () => listeners.delete(listener as (payload: never) => void)
  },
}
