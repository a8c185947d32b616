// One consent, from the wish to its end. The program waits for the browser; this object waits for the
// program and outlives the screen, so that leaving the page loses neither the wait nor what was typed.
import type { AppView } from '../bindings/AppView'
import type { ConnectionView } from '../bindings/ConnectionView'
import type { ConsentEnd } from '../bindings/ConsentEnd'
import type { ConsentView } from '../bindings/ConsentView'
import type { ErrorView } from '../bindings/ErrorView'
import type { GrantView } from '../bindings/GrantView'
import { asRefusal, type ConsentForm, type Host } from '../host/types'
import { AppDraft } from './appdraft.svelte'
import type { Apps } from './apps.svelte'
import { examine, mayGoOn, type Finding } from './doctor'
import { chosenOf, googleScopes, GOOGLE_PICKER, heldBy, OFFLINE, parseScopes, USUAL, type ConsentProvider } from './scopes'

export type Stage = 'ask' | 'beginning' | 'waiting' | 'ended'

const failed = (error: ErrorView): ConsentEnd => ({
  state: 'failed',
  connection: null,
  missing: [],
  added: [],
  known: null,
  found: null,
  error,
})

const PICKED: ReadonlySet<string> = new Set(GOOGLE_PICKER.flatMap(({ scopes }) => [...scopes]))

let made = 0

export class ConsentDesk {
  readonly key = (made += 1)
  readonly provider: ConsentProvider
  /** Consent again for this connection. */
  readonly renews: ConnectionView | null
  readonly apps: Apps
  readonly draft: AppDraft

  stage = $state<Stage>('ask')
  appId = $state<string | null>(null)
  adding = $state(false)
  /** Google's picker. */
  ticked = $state<string[]>([])
  /** Google: own scopes. Others: all of them. */
  text = $state('')
  /** Renewing: ask for the same as before. */
  same = $state(true)
  before = $state.raw<string[]>([])
  label = $state('')
  person = $state('')
  /** What the person has looked up in the provider's console. */
  seen = $state<string[]>([])
  refusal = $state.raw<ErrorView | null>(null)

  view = $state.raw<ConsentView | null>(null)
  end = $state.raw<ConsentEnd | null>(null)
  /** What was granted, once it is kept. */
  grant = $state.raw<GrantView | null>(null)
  deciding = $state(false)
  pasted = $state('')
  pasteTaken = $state(false)
  pasteRefusal = $state.raw<ErrorView | null>(null)
  /** The error page a person says they see. */
  trouble = $state('')

  #host: Host
  #begun: (consent: ConsentDesk) => void

  constructor(host: Host, apps: Apps, provider: ConsentProvider, renews: ConnectionView | null, begun: (consent: ConsentDesk) => void = () => undefined) {
    this.#host = host
    this.#begun = begun
    this.apps = apps
    this.provider = provider
    this.renews = renews
    this.draft = new AppDraft(host, provider)
    if (provider !== 'google') this.text = USUAL[provider].join(' ')
    if (renews) {
      this.label = renews.label
      this.person = renews.person ?? ''
    }
  }

  app = $derived.by((): AppView | null => (this.appId ? (this.apps.find(this.appId) ?? null) : null))
  scopes = $derived.by(() => {
    if (this.renews && this.same) return this.before
    return this.provider === 'google' ? googleScopes(this.ticked, this.text) : parseScopes(this.text)
  })
  findings = $derived.by((): Finding[] => (this.app ? examine({ provider: this.provider, app: this.app, scopes: this.scopes }) : []))
  canBegin = $derived.by(() => this.app !== null && mayGoOn(this.findings) && (this.renews !== null || this.label.trim() !== ''))

  /** A person must say something before it can end. */
  undecided = $derived.by(() => this.end?.state === 'other_person' || this.end?.state === 'confirm')
  /** What it will be called, or is. */
  name = $derived.by(() => this.end?.connection?.label ?? this.label)

  /** Looks up the apps, and when renewing what was asked for before. */
  async prepare(app: string | null = null): Promise<void> {
    await Promise.all([this.apps.load(), this.renews ? this.#remember(this.renews.id) : undefined])
    const known = this.apps.of(this.provider)
    const first = known.length === 1 ? known[0]!.id : null
    this.appId ??= app ?? first
    this.adding = known.length === 0
  }

  async #remember(id: string): Promise<void> {
    try {
      const { grant } = await this.#host.connection(id)
      if (!grant) return
      this.appId = grant.app
      const all = [...grant.scopes, ...grant.missing]
      this.before = this.provider === 'google' ? chosenOf(all) : all
      this.#write(this.before)
    } catch (thrown) {
      this.refusal = asRefusal(thrown)
    }
  }

  #write(scopes: string[]): void {
    const isGoogle = this.provider === 'google'
    this.ticked = isGoogle ? scopes.filter((scope) => PICKED.has(scope)) : []
    this.text = scopes.filter((scope) => !isGoogle || !PICKED.has(scope)).join(' ')
  }

  choose(app: AppView): void {
    this.apps.put(app)
    this.appId = app.id
    this.adding = false
  }

  tick(scope: string, on: boolean): void {
    const others = this.ticked.filter((one) => one !== scope)
    this.ticked = on ? [...others, scope] : others
  }

  /** A wider permission holds this one already. */
  held = (scope: string) => heldBy(scope, this.ticked)

  addScope(scope: string): void {
    this.text = [...parseScopes(this.text), scope].join(' ')
  }

  addOffline(): void {
    if (this.renews) this.#leaveBefore()
    if (!parseScopes(this.text).includes(OFFLINE)) this.addScope(OFFLINE)
  }

  #leaveBefore(): void {
    if (this.same) this.#write(this.before)
    this.same = false
  }

  #form(): ConsentForm {
    const { renews } = this
    return {
      app: this.appId ?? '',
      scopes: renews && this.same ? [] : this.scopes,
      label: renews ? renews.label : this.label.trim(),
      person: renews ? renews.person : this.person.trim() || null,
      renews: renews?.id ?? null,
    }
  }

  /** Opens the person's browser. */
  async begin(): Promise<void> {
    if (!this.canBegin || this.stage !== 'ask') return
    this.stage = 'beginning'
    this.refusal = null
    this.draft.forget()
    try {
      this.view = await this.#host.consentBegin(this.#form())
    } catch (thrown) {
      this.refusal = asRefusal(thrown)
      this.stage = 'ask'
      return
    }
    this.stage = 'waiting'
    this.#begun(this)
    void this.#follow(this.view.id)
  }

  async #follow(id: string): Promise<void> {
    const end = await this.#host.consentEnd(id).catch((thrown: unknown) => failed(asRefusal(thrown)))
    if (this.view?.id === id) await this.#ended(end)
  }

  async #ended(end: ConsentEnd): Promise<void> {
    this.end = end
    this.stage = 'ended'
    this.pasted = ''
    this.trouble = ''
    const kept = end.state === 'kept' ? end.connection : null
    if (!kept) return
    try {
      this.grant = (await this.#host.connection(kept.id)).grant
    } catch {
      // What was kept is said all the same; the connection's own screen asks again.
    }
  }

  async decide(keep: boolean): Promise<void> {
    const { view } = this
    if (!view || !this.undecided || this.deciding) return
    this.deciding = true
    await this.#ended(await this.#host.consentDecide(view.id, keep).catch((thrown: unknown) => failed(asRefusal(thrown))))
    this.deciding = false
  }

  /** The address the person landed on: sent once, and out of the page at the same moment. */
  async paste(): Promise<void> {
    const text = this.pasted.trim()
    if (!this.view || !text) return
    this.pasted = ''
    this.pasteRefusal = null
    try {
      await this.#host.consentPaste(this.view.id, text)
      this.pasteTaken = true
    } catch (thrown) {
      this.pasteRefusal = asRefusal(thrown)
    }
  }

  /** Everything typed stays; only secrets are gone. */
  again(): void {
    this.stage = 'ask'
    this.view = null
    this.end = null
    this.grant = null
    this.refusal = null
    this.pasted = ''
    this.pasteTaken = false
    this.pasteRefusal = null
    this.trouble = ''
  }
}
