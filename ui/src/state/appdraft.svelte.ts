// A new app while it is typed. A secret, or the file that holds it, is in a field until it is sent and nowhere after.
import type { AppView } from '../bindings/AppView'
import type { ErrorView } from '../bindings/ErrorView'
import { asRefusal, type AppForm, type Host } from '../host/types'
import type { ConsentProvider } from './scopes'

/** A client file is about 500 bytes; whatever is much larger is none. */
const FILE_LIMIT = 64 * 1024

const HAND = ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'revocation_endpoint'] as const
export type Endpoint = (typeof HAND)[number]
export const ENDPOINTS: readonly Endpoint[] = HAND

export class AppDraft {
  label = $state('')
  clientId = $state('')
  secret = $state('')
  /** Google: the client file as text. */
  fileText = $state('')
  issuer = $state('')
  byHand = $state(false)
  endpoints = $state<Record<Endpoint, string>>({ authorization_endpoint: '', token_endpoint: '', userinfo_endpoint: '', revocation_endpoint: '' })
  /** OAuth servers: the port to come back to, where only a registered one is taken. */
  port = $state('')
  lasting = $state(false)
  busy = $state(false)
  refusal = $state.raw<ErrorView | null>(null)

  readonly provider: ConsentProvider
  #host: Host

  constructor(host: Host, provider: ConsentProvider) {
    this.#host = host
    this.provider = provider
  }

  canAdd = $derived.by(() => {
    if (this.provider === 'google') return this.fileText.trim() !== ''
    if (!this.clientId.trim()) return false
    if (this.provider !== 'oidc') return this.secret.trim() !== ''
    const { authorization_endpoint, token_endpoint } = this.endpoints
    return this.byHand ? Boolean(authorization_endpoint.trim() && token_endpoint.trim()) : this.issuer.trim() !== ''
  })

  /** A chosen or dropped file. */
  async read(file: Blob): Promise<AppView | null> {
    if (file.size > FILE_LIMIT) {
      this.refusal = { code: 'client_file_unreadable', params: {}, detail: null }
      return null
    }
    this.fileText = await file.text()
    return this.add()
  }

  async add(): Promise<AppView | null> {
    const form = this.#form()
    this.forget()
    this.busy = true
    this.refusal = null
    try {
      const added = await this.#host.appAdd(form)
      this.#blank()
      return added
    } catch (thrown) {
      this.refusal = asRefusal(thrown)
      return null
    } finally {
      this.busy = false
    }
  }

  /** Nothing secret outlives the moment of sending, or of leaving. */
  forget(): void {
    this.secret = ''
    this.fileText = ''
  }

  #form(): AppForm {
    const isGoogle = this.provider === 'google'
    const isServer = this.provider === 'oidc'
    const byHand = isServer && this.byHand
    return {
      provider: this.provider,
      label: this.label.trim(),
      clientId: isGoogle ? '' : this.clientId.trim(),
      secret: isGoogle ? '' : this.secret.trim(),
      file: isGoogle ? this.fileText : '',
      // Endpoints by hand are taken as they are; the server's own description is then not asked for.
      issuer: isServer && !byHand ? this.issuer.trim() : '',
      settings: isServer ? this.#settings(byHand) : {},
    }
  }

  #settings(byHand: boolean): Record<string, string> {
    const hand = byHand ? { issuer: this.issuer, ...this.endpoints } : {}
    const all = { ...hand, redirect_port: this.port, refresh_tokens: this.lasting ? 'reusable' : '' }
    const filled = Object.entries(all).map(([name, value]) => [name, value.trim()] as const)
    return Object.fromEntries(filled.filter(([, value]) => value !== ''))
  }

  #blank(): void {
    this.label = ''
    this.clientId = ''
    this.issuer = ''
    this.port = ''
    this.lasting = false
    this.byHand = false
    for (const name of HAND) this.endpoints[name] = ''
  }
}
