// The paste desk. Tokens go one way: from the fields to the program. The fields are emptied the moment
// they are sent; what was sent is held here, out of the page, only until the pair is kept or the
// person leaves, so that a refusal which loses nothing does not cost another trip to the provider.
import type { ConnectionView } from '../bindings/ConnectionView'
import type { EnvironmentView } from '../bindings/EnvironmentView'
import type { ErrorView } from '../bindings/ErrorView'
import type { PasteCheck } from '../bindings/PasteCheck'
import type { PasteFinding } from '../bindings/PasteFinding'
import { asRefusal, type Host, type PasteRequest } from '../host/types'

export const PRESETS = [
  { env: 'prod', base_url: 'https://api.huntflow.ru' },
  { env: 'prod-ai', base_url: 'https://api.huntflow.ai' },
  { env: 'sandbox', base_url: 'https://sandbox-api.huntflow.dev' },
] as const satisfies EnvironmentView[]

export type Stage = 'paste' | 'checking' | 'refused' | 'checked' | 'keeping' | 'kept'

const blank = (): PasteRequest => ({ text: '', access: '', refresh: '', apiKey: '' })

export class PasteDesk {
  fields = $state<PasteRequest>(blank())
  finding = $state.raw<PasteFinding | null>(null)
  stage = $state<Stage>('paste')
  refusal = $state.raw<ErrorView | null>(null)
  check = $state.raw<PasteCheck | null>(null)
  kept = $state.raw<ConnectionView | null>(null)

  address = $state('')
  addressRefusal = $state.raw<ErrorView | null>(null)
  environment = $state.raw<EnvironmentView>(PRESETS[0])

  label = $state('')
  person = $state('')
  otherPersonConfirmed = $state(false)

  #host: Host
  #held: PasteRequest | null = null
  #looked = 0
  #addressed = 0
  #environmentChosen = false
  readonly replaces: ConnectionView | null
  readonly isKey: boolean

  constructor(host: Host, isKey: boolean, replaces: ConnectionView | null) {
    this.#host = host
    this.isKey = isKey
    this.replaces = replaces
    if (replaces) {
      this.environment = PRESETS.find((preset) => preset.base_url === replaces.base_url) ?? { env: 'custom', base_url: replaces.base_url }
      this.#environmentChosen = true
      this.label = replaces.label
      this.person = replaces.person ?? ''
    }
  }

  get hasText(): boolean {
    const { text, access, refresh, apiKey } = this.fields
    return [text, access, refresh, apiKey].some((field) => field.trim() !== '')
  }

  canCheck = $derived.by(() => {
    if (this.isKey) return this.fields.apiKey.trim() !== ''
    return this.finding !== null && this.finding.problem === null && this.finding.found !== 'empty'
  })

  canKeep = $derived.by(() => {
    const { check } = this
    if (!check || this.stage !== 'checked' || check.kept_by) return false
    if (check.access === 'not_accepted') return false
    if (check.other_person && !this.otherPersonConfirmed) return false
    return this.label.trim() !== ''
  })

  /** Reads what is in the fields, without asking anybody outside. */
  async look(): Promise<void> {
    const mine = (this.#looked += 1)
    if (!this.hasText) {
      this.finding = null
      return
    }
    try {
      const finding = await this.#host.pasteLook({ ...this.fields })
      if (mine !== this.#looked) return
      this.finding = finding
      if (finding.environment && !this.#environmentChosen) this.environment = finding.environment
    } catch (thrown) {
      if (mine === this.#looked) this.refusal = asRefusal(thrown)
    }
  }

  /** Swapped halves: both fields change places, or both tokens found in the one field do. */
  async swap(): Promise<void> {
    const { text, access, refresh } = this.fields
    const [first, second] = text.match(/[\w.~+/=-]{16,}/g) ?? []
    this.fields =
      access || refresh || !first || !second
        ? { ...this.fields, access: refresh, refresh: access }
        : { ...this.fields, text: '', access: second, refresh: first }
    await this.look()
  }

  async choose(environment: EnvironmentView): Promise<void> {
    this.#environmentChosen = true
    this.addressRefusal = null
    const changed = environment.base_url !== this.environment.base_url
    this.environment = environment
    if (changed && this.#held && (this.stage === 'checked' || this.stage === 'refused')) await this.#send()
  }

  /** The address of the browser's page, or a base URL, says which environment it is. */
  async readAddress(): Promise<void> {
    const mine = (this.#addressed += 1)
    const address = this.address.trim()
    this.addressRefusal = null
    if (!address) return
    try {
      const environment = await this.#host.environment(address)
      if (mine === this.#addressed) await this.choose(environment)
    } catch (thrown) {
      if (mine === this.#addressed) this.addressRefusal = asRefusal(thrown)
    }
  }

  async send(): Promise<void> {
    this.#held = { ...this.fields }
    this.fields = blank()
    this.finding = null
    this.#looked += 1
    await this.#send()
  }

  async sendAgain(): Promise<void> {
    await this.#send()
  }

  async #send(): Promise<void> {
    const held = this.#held
    if (!held) return
    this.stage = 'checking'
    this.refusal = null
    this.check = null
    this.otherPersonConfirmed = false
    try {
      const check = await this.#host.pasteCheck(held, this.environment.base_url, this.replaces?.id ?? null)
      if (this.#held !== held) return
      this.check = check
      if (!this.replaces && !this.label.trim()) this.label = check.identity?.organisations[0] ?? check.identity?.name ?? ''
      this.stage = 'checked'
    } catch (thrown) {
      if (this.#held !== held) return
      this.refusal = asRefusal(thrown)
      this.stage = 'refused'
    }
  }

  async keep(): Promise<ConnectionView | null> {
    const held = this.#held
    if (!held || !this.canKeep) return null
    this.stage = 'keeping'
    this.refusal = null
    try {
      const kept = await this.#host.pasteKeep({
        request: held,
        baseUrl: this.environment.base_url,
        label: this.label.trim(),
        person: this.person.trim() || null,
        replaces: this.replaces?.id ?? null,
        confirmedOtherPerson: this.otherPersonConfirmed,
      })
      this.forget()
      this.kept = kept
      this.stage = 'kept'
      return kept
    } catch (thrown) {
      this.refusal = asRefusal(thrown)
      this.stage = 'checked'
      return null
    }
  }

  /** Back to empty fields. */
  startOver(): void {
    this.forget()
    this.check = null
    this.kept = null
    this.refusal = null
    this.otherPersonConfirmed = false
    this.stage = 'paste'
  }

  /** Called when the pair is kept and when the person leaves. */
  forget(): void {
    this.#held = null
    this.#looked += 1
    this.fields = blank()
    this.finding = null
  }
}
