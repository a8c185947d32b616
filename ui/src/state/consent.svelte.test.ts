import { beforeEach, describe, expect, it } from 'vitest'
import type { AppView } from '../bindings/AppView'
import type { ConsentEnd } from '../bindings/ConsentEnd'
import type { GrantView } from '../bindings/GrantView'
import { Refusal, type AppForm, type ConsentForm, type Host } from '../host/types'
import { Apps } from './apps.svelte'
import { ConsentDesk } from './consent.svelte'
import { Consents } from './consents.svelte'
import { connection } from './fixture'

const APP: AppView = {
  id: 'a1',
  label: 'Google acme',
  provider: 'google',
  client_id: '1.apps.googleusercontent.com',
  has_secret: true,
  refused: null,
  connections: [],
  redirects: ['http://127.0.0.1:0/'],
  settings: {},
  created_at: '2026-11-01T00:00:00Z',
}
const GRANT: GrantView = {
  app: 'a1',
  app_label: 'Google acme',
  scopes: ['openid', 'https://www.googleapis.com/auth/userinfo.email', 'https://www.googleapis.com/auth/gmail.send'],
  missing: ['https://www.googleapis.com/auth/spreadsheets'],
  consented_at: null,
  consent_ends_at: null,
  testing: false,
}
const end = (state: string, over: Partial<ConsentEnd> = {}): ConsentEnd => ({ state, connection: null, missing: [], added: [], known: null, found: null, error: null, ...over })
const refusal = (code: 'consent_declined' | 'callback_not_ours' | 'label_taken' | 'client_file_web') => new Refusal({ code, params: {}, detail: null })

let apps: AppView[]
let added: AppForm[]
let begun: ConsentForm[]
let pasted: string[]
let finish: (end: ConsentEnd) => void
let beginning: () => void
let decided: boolean[]
let host: Host

beforeEach(() => {
  apps = [APP]
  added = []
  begun = []
  pasted = []
  decided = []
  beginning = () => undefined
  host = {
    apps: async () => apps,
    appAdd: async (form: AppForm) => {
      added.push(form)
      if (form.file.includes('"web"')) throw refusal('client_file_web')
      return { ...APP, id: 'a2', label: form.label || 'Google other', provider: form.provider }
    },
    connection: async () => ({ connection: connection(), grant: GRANT, history: [] }),
    consentBegin: async (form: ConsentForm) => {
      beginning()
      begun.push(form)
      return { id: `w${begun.length}`, redirect: 'http://127.0.0.1:40213/', ends_at: '2026-11-21T09:35:00Z', opened: true }
    },
    consentEnd: () => new Promise<ConsentEnd>((done) => (finish = done)),
    consentDecide: async (_: string, keep: boolean) => {
      decided.push(keep)
      return end('kept', { connection: connection({ label: 'Gmail' }) })
    },
    consentPaste: async (_: string, text: string) => {
      pasted.push(text)
      if (!text.includes('127.0.0.1')) throw refusal('callback_not_ours')
    },
  } as unknown as Host
})

async function google(consents = new Consents()) {
  const consent = new ConsentDesk(host, new Apps(host), 'google', null, consents.begun)
  await consent.prepare()
  consent.tick('gmail.send', true)
  consent.label = 'Gmail'
  return consent
}
/** The answer of the waiting program, and what follows from it. */
async function ended(consent: ConsentDesk, how: ConsentEnd) {
  finish(how)
  for (let turns = 0; turns < 20 && consent.stage !== 'ended'; turns += 1) await Promise.resolve()
}

describe('a consent', () => {
  it('chooses the only app, and opens the browser only when the doctor finds nothing wrong', async () => {
    const consent = new ConsentDesk(host, new Apps(host), 'google', null)
    await consent.prepare()
    consent.label = 'Gmail'
    expect(consent.app?.label).toBe('Google acme')
    expect(consent.canBegin).toBe(false)
    await consent.begin()
    expect(begun).toEqual([])
    consent.tick('gmail.send', true)
    expect(consent.canBegin).toBe(true)
    await consent.begin()
    expect(begun).toEqual([{ app: 'a1', scopes: ['gmail.send'], label: 'Gmail', person: null, renews: null }])
    expect(consent.stage).toBe('waiting')
  })

  it('does not ask for what a wider permission holds already', async () => {
    const consent = await google()
    consent.tick('gmail.modify', true)
    expect(consent.held('gmail.send')).toBe('gmail.modify')
    expect(consent.scopes).toEqual(['gmail.modify'])
    consent.tick('gmail.modify', false)
    expect(consent.scopes).toEqual(['gmail.send'])
  })

  it('is kept, and says what was granted', async () => {
    const consent = await google()
    await consent.begin()
    await ended(consent, end('kept', { connection: connection({ label: 'Gmail' }), missing: ['x'] }))
    await Promise.resolve()
    expect(consent.stage).toBe('ended')
    expect(consent.grant?.app_label).toBe('Google acme')
    expect(consent.name).toBe('Gmail')
  })

  it('keeps everything typed for another try', async () => {
    const consent = await google()
    await consent.begin()
    consent.trouble = 'google_org_internal'
    await ended(consent, end('failed', { error: { code: 'consent_declined', params: {}, detail: null } }))
    expect(consent.end?.error?.code).toBe('consent_declined')
    consent.again()
    expect([consent.stage, consent.label, consent.ticked, consent.appId, consent.trouble]).toEqual(['ask', 'Gmail', ['gmail.send'], 'a1', ''])
    await consent.begin()
    expect(begun.length).toBe(2)
  })

  it('stays at the question when the browser could not be asked', async () => {
    const consent = await google()
    beginning = () => {
      throw refusal('label_taken')
    }
    await consent.begin()
    expect([consent.stage, consent.refusal?.code]).toEqual(['ask', 'label_taken'])
  })

  it('does not take the end of an earlier try for its own', async () => {
    const consent = await google()
    await consent.begin()
    const first = finish
    consent.again()
    await consent.begin()
    first(end('failed', { error: { code: 'consent_cancelled', params: {}, detail: null } }))
    for (let turns = 0; turns < 10; turns += 1) await Promise.resolve()
    expect(consent.stage).toBe('waiting')
  })

  it('sends a pasted address once, out of the page at that moment; a refused one costs nothing', async () => {
    const consent = await google()
    await consent.begin()
    consent.pasted = 'https://elsewhere.example/?code=1'
    const sent = consent.paste()
    expect(consent.pasted).toBe('')
    await sent
    expect([consent.pasteRefusal?.code, consent.stage, consent.pasteTaken]).toEqual(['callback_not_ours', 'waiting', false])
    consent.pasted = ' http://127.0.0.1:40213/?code=1&state=2 '
    await consent.paste()
    expect(pasted).toEqual(['https://elsewhere.example/?code=1', 'http://127.0.0.1:40213/?code=1&state=2'])
    expect([consent.pasteRefusal, consent.pasteTaken]).toEqual([null, true])
  })

  it("keeps another person's consent only after a yes", async () => {
    const consent = await google()
    await consent.begin()
    await ended(consent, end('other_person'))
    expect(consent.undecided).toBe(true)
    await consent.decide(true)
    expect(decided).toEqual([true])
    expect([consent.undecided, consent.end?.state]).toEqual([false, 'kept'])
    await consent.decide(true)
    expect(decided).toEqual([true])
  })

  it('asks for the same again when renewing, unless the person changes it', async () => {
    const row = connection({ id: 'g1', label: 'Gmail', person: 'Olga', provider: 'google', consented: true })
    const consent = new ConsentDesk(host, new Apps(host), 'google', row)
    await consent.prepare()
    expect(consent.scopes).toEqual(['gmail.send', 'spreadsheets'])
    await consent.begin()
    expect(begun[0]).toEqual({ app: 'a1', scopes: [], label: 'Gmail', person: 'Olga', renews: 'g1' })
    consent.again()
    consent.same = false
    consent.tick('spreadsheets', false)
    await consent.begin()
    expect(begun[1]?.scopes).toEqual(['gmail.send'])
  })
})

describe('a new app', () => {
  it('is asked for when there is none, and its secret leaves the field with the sending', async () => {
    apps = []
    const consent = new ConsentDesk(host, new Apps(host), 'feishu', null)
    await consent.prepare()
    expect(consent.adding).toBe(true)
    consent.draft.clientId = ' cli_1 '
    expect(consent.draft.canAdd).toBe(false)
    consent.draft.secret = 'planted'
    expect(consent.draft.canAdd).toBe(true)
    const adding = consent.draft.add()
    expect(consent.draft.secret).toBe('')
    consent.choose((await adding)!)
    expect(added[0]).toMatchObject({ provider: 'feishu', clientId: 'cli_1', secret: 'planted', file: '', issuer: '', settings: {} })
    expect([consent.adding, consent.app?.id]).toEqual([false, 'a2'])
  })

  it('is read from a client file; a refused file leaves nothing but the reason', async () => {
    const consent = await google()
    expect(await consent.draft.read(new Blob(['{"web":{}}']))).toBe(null)
    expect([consent.draft.refusal?.code, consent.draft.fileText]).toEqual(['client_file_web', ''])
    expect((await consent.draft.read(new Blob(['{"installed":{}}'])))?.id).toBe('a2')
    expect(added[1]?.file).toBe('{"installed":{}}')
    added = []
    expect(await consent.draft.read(new Blob(['x'.repeat(70_000)]))).toBe(null)
    expect([added.length, consent.draft.refusal?.code]).toEqual([0, 'client_file_unreadable'])
  })

  it('of a server is found by its address, or written by hand', async () => {
    const { draft } = new ConsentDesk(host, new Apps(host), 'oidc', null)
    draft.clientId = 'bulla'
    draft.issuer = 'https://id.example'
    draft.lasting = true
    await draft.add()
    expect(added[0]).toMatchObject({ issuer: 'https://id.example', secret: '', settings: { refresh_tokens: 'reusable' } })
    draft.clientId = 'bulla'
    draft.byHand = true
    draft.issuer = 'https://id.example'
    expect(draft.canAdd).toBe(false)
    draft.endpoints.authorization_endpoint = 'https://id.example/auth'
    draft.endpoints.token_endpoint = 'https://id.example/token'
    draft.port = '8765'
    expect(draft.canAdd).toBe(true)
    await draft.add()
    expect(added[1]?.issuer).toBe('')
    expect(added[1]?.settings).toEqual({
      issuer: 'https://id.example',
      authorization_endpoint: 'https://id.example/auth',
      token_endpoint: 'https://id.example/token',
      redirect_port: '8765',
    })
  })
})

describe('consents that were begun', () => {
  it('go on when their screen is left, and are forgotten once their end was seen', async () => {
    const consents = new Consents()
    const consent = await google(consents)
    consents.shown = consent
    await consent.begin()
    expect(consents.elsewhere).toEqual([])
    consents.left(consent)
    expect(consents.elsewhere).toEqual([consent])
    await ended(consent, end('failed'))
    expect(consents.elsewhere).toEqual([consent])
    consents.shown = consents.find(consent.key)
    consents.left(consent)
    expect(consents.open).toEqual([])
  })

  it('keep a question that nobody has answered', async () => {
    const consents = new Consents()
    const consent = await google(consents)
    await consent.begin()
    await ended(consent, end('confirm'))
    consents.left(consent)
    expect(consents.elsewhere).toEqual([consent])
  })
})
