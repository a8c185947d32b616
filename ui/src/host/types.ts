// What the window may ask of the program behind it. Screens and state know this interface only, so
// that they can be tested without a web view; the folder `host` is the one place that knows Tauri.
import type { AppliedView } from '../bindings/AppliedView'
import type { AppView } from '../bindings/AppView'
import type { CardInspection } from '../bindings/CardInspection'
import type { ConnectionDetail } from '../bindings/ConnectionDetail'
import type { ConnectionView } from '../bindings/ConnectionView'
import type { ConsentEnd } from '../bindings/ConsentEnd'
import type { ConsentView } from '../bindings/ConsentView'
import type { EnrolView } from '../bindings/EnrolView'
import type { EnvironmentView } from '../bindings/EnvironmentView'
import type { ErrorView } from '../bindings/ErrorView'
import type { PasteCheck } from '../bindings/PasteCheck'
import type { PasteFinding } from '../bindings/PasteFinding'
import type { SealedView } from '../bindings/SealedView'
import type { ServerView } from '../bindings/ServerView'
import type { SettingsView } from '../bindings/SettingsView'
import type { Snapshot } from '../bindings/Snapshot'
import type { VaultView } from '../bindings/VaultView'

/** The one thing that carries tokens, in one direction only: from the paste fields to the program. */
export type PasteRequest = { text: string; access: string; refresh: string; apiKey: string }

export type KeepRequest = {
  request: PasteRequest
  baseUrl: string
  label: string
  person: string | null
  replaces: string | null
  confirmedOtherPerson: boolean
}

/** A new app. Its secret (or the client file that holds it) goes in here and never comes out again. */
export type AppForm = {
  provider: string
  label: string
  clientId: string
  secret: string
  file: string
  issuer: string
  settings: Record<string, string>
}

/** What to consent to. `renews`: consent again for this connection; no scopes then means the same as before. */
export type ConsentForm = { app: string; scopes: string[]; label: string; person: string | null; renews: string | null }

export type HostEvents = {
  connection: ConnectionView
  connections_reset: null
  vault: VaultView
  now: string
  servers: ServerView[]
  /** Apps have changed: ask again. */
  apps: null
}

export interface Host {
  snapshot(): Promise<Snapshot>
  rows(from: number): Promise<ConnectionView[]>
  connection(id: string): Promise<ConnectionDetail>
  settingsSet(settings: SettingsView): Promise<SettingsView>
  /** What is known of the vault; at the start, a moment later. Asks a person for nothing. */
  vaultNow(): Promise<VaultView>
  vaultRetry(): Promise<VaultView>
  environment(address: string): Promise<EnvironmentView>
  pasteLook(request: PasteRequest): Promise<PasteFinding>
  pasteCheck(request: PasteRequest, baseUrl: string, replaces: string | null): Promise<PasteCheck>
  pasteKeep(keep: KeepRequest): Promise<ConnectionView>
  clipboardClear(): Promise<void>
  connectionTest(id: string): Promise<ConnectionView>
  connectionRenew(id: string): Promise<ConnectionView>
  connectionRename(id: string, label: string): Promise<ConnectionView>
  connectionSetPerson(id: string, person: string | null): Promise<ConnectionView>
  connectionRemove(id: string): Promise<ConnectionView>
  connectionRestore(id: string): Promise<ConnectionView>
  connectionCopy(id: string): Promise<void>
  connectionReveal(id: string): Promise<void>
  /** Refused with `revoke_ends_others` unless the person knows which others end with it. */
  connectionRevoke(id: string, confirmed: boolean): Promise<void>
  apps(): Promise<AppView[]>
  appAdd(form: AppForm): Promise<AppView>
  /** Empty text leaves what is there. */
  appUpdate(id: string, label: string, secret: string): Promise<AppView>
  appRemove(id: string): Promise<void>
  /** Opens the person's browser. The consent goes on when the page that began it is left. */
  consentBegin(form: ConsentForm): Promise<ConsentView>
  /** Answers when it has ended. */
  consentEnd(id: string): Promise<ConsentEnd>
  /** For `other_person` and `confirm`. */
  consentDecide(id: string, keep: boolean): Promise<ConsentEnd>
  consentCancel(id: string): Promise<void>
  consentPaste(id: string, text: string): Promise<void>
  consentOpen(id: string): Promise<void>
  consentCopyLink(id: string): Promise<void>
  aliasSet(name: string, id: string): Promise<ConnectionView>
  aliasRemove(name: string): Promise<void>
  servers(): Promise<ServerView[]>
  enrol(): Promise<EnrolView>
  cardInspect(card: string): Promise<CardInspection>
  serverAdd(card: string): Promise<ServerView>
  seal(server: string, ids: string[], expiresHours: number): Promise<SealedView>
  receipt(text: string): Promise<AppliedView>
  recall(id: string, force: boolean): Promise<ConnectionView>
  takeBack(bundle: string): Promise<AppliedView>
  openFolder(path: string): Promise<void>
  openLink(which: string): Promise<void>
  /** Resolves once the listener stands; the answer takes it down again. */
  listen<E extends keyof HostEvents>(event: E, heard: (payload: HostEvents[E]) => void): Promise<() => void>
}

/** A request the program refused, in the catalogue's terms. */
export class Refusal extends Error {
  constructor(readonly view: ErrorView) {
    super(view.code)
  }
}

/** Whatever was thrown, as something the catalogue has words for. */
export function asRefusal(thrown: unknown): ErrorView {
  if (thrown instanceof Refusal) return thrown.view
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown) {
    const view = thrown as Partial<ErrorView> & Pick<ErrorView, 'code'>
    return { code: view.code, params: view.params ?? {}, detail: view.detail ?? null }
  }
  return { code: 'internal', params: {}, detail: thrown instanceof Error ? thrown.message : String(thrown) }
}
