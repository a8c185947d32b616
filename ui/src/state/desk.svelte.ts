// The window's whole state, made once from the first snapshot and kept true by the program's events.
import { getContext, setContext } from 'svelte'
import type { ConnectionView } from '../bindings/ConnectionView'
import type { HomeView } from '../bindings/HomeView'
import type { ServerView } from '../bindings/ServerView'
import type { SettingsView } from '../bindings/SettingsView'
import type { Snapshot } from '../bindings/Snapshot'
import type { VaultView } from '../bindings/VaultView'
import { asRefusal, type Host } from '../host/types'
import { languageOf, t, words, type Language } from '../i18n/words.svelte'
import { Apps } from './apps.svelte'
import { Clock } from './clock.svelte'
import { Connections } from './connections.svelte'
import { Consents } from './consents.svelte'
import { Notices } from './notices.svelte'
import { Route } from './route.svelte'
import { applyTheme } from './theme'

export function languageFor(settings: SettingsView, systemLanguage: string): Language {
  return languageOf(settings.language === 'system' ? systemLanguage : settings.language)
}

export class Desk {
  readonly host: Host
  readonly clock: Clock
  readonly connections: Connections
  readonly notices = new Notices()
  readonly route = new Route()
  readonly apps: Apps
  readonly consents = new Consents()
  home: HomeView
  settings = $state.raw<SettingsView>({ language: 'system', theme: 'system' })
  vault = $state.raw<VaultView>({ state: 'ready', problem: null })
  servers = $state.raw<ServerView[]>([])
  /** The first rows have been painted: now the rest may be drawn. */
  settled = $state(false)
  #systemLanguage: string
  #systemDark: boolean

  constructor(host: Host, snapshot: Snapshot) {
    this.host = host
    this.clock = new Clock(snapshot.now)
    this.connections = new Connections(this.clock)
    this.apps = new Apps(host)
    this.home = snapshot.home
    this.#systemLanguage = snapshot.system_language
    this.#systemDark = snapshot.system_dark
    this.#take(snapshot)
  }

  #take(snapshot: Snapshot): void {
    this.clock.set(snapshot.now)
    this.settings = snapshot.settings
    this.vault = snapshot.vault
    this.servers = snapshot.servers
    this.connections.start(snapshot.rows, snapshot.total)
  }

  /** Called after the first paint, so that nothing here delays it. */
  async follow(): Promise<void> {
    this.settled = true
    this.clock.start()
    const { host } = this
    await Promise.all([
      host.listen('connection', (row) => void this.connections.change(row)),
      host.listen('connections_reset', () => void this.reload()),
      host.listen('vault', (vault) => (this.vault = vault)),
      host.listen('now', (now) => this.clock.set(now)),
      host.listen('servers', (servers) => (this.servers = servers)),
      host.listen('apps', () => this.apps.changed()),
    ])
    // Asked once the answer's changes are heard, so that none is missed.
    void host.vaultNow().then((vault) => (this.vault = vault))
    await this.connections.loadRest(host)
  }

  async reload(): Promise<void> {
    const snapshot = await this.host.snapshot()
    this.home = snapshot.home
    this.#take(snapshot)
    await this.connections.loadRest(this.host)
  }

  /** Takes effect at once; a refusal puts it back, because it will not be there at the next start. */
  async choose(settings: SettingsView): Promise<void> {
    const before = this.settings
    try {
      await this.#wear(settings)
      this.settings = await this.host.settingsSet(settings)
    } catch (thrown) {
      await this.#wear(before)
      this.notices.refused(t('settings.not_saved'), asRefusal(thrown))
    }
  }

  async #wear(settings: SettingsView): Promise<void> {
    this.settings = settings
    applyTheme(settings.theme, this.#systemDark)
    await words.use(languageFor(settings, this.#systemLanguage))
    document.documentElement.lang = words.language
  }

  /** Runs one request about a connection and says how it ended. */
  async run(task: () => Promise<ConnectionView>, done: string): Promise<ConnectionView | null> {
    try {
      const row = await task()
      await this.connections.change(row)
      if (done) this.notices.say(done)
      return row
    } catch (thrown) {
      this.notices.refused(t('notice.not_done'), asRefusal(thrown))
      return null
    }
  }

  async remove(row: ConnectionView): Promise<boolean> {
    const removed = await this.run(() => this.host.connectionRemove(row.id), '')
    if (!removed) return false
    this.notices.say(t('notice.removed', { label: row.label }), {
      action: { label: t('action.undo'), run: () => void this.restore(row), testid: 'undo' },
    })
    return true
  }

  async restore(row: ConnectionView): Promise<void> {
    await this.run(() => this.host.connectionRestore(row.id), t('notice.restored', { label: row.label }))
  }

  async retryVault(): Promise<void> {
    try {
      this.vault = await this.host.vaultRetry()
    } catch (thrown) {
      this.vault = { state: 'failed', problem: asRefusal(thrown).code }
    }
  }
}

const KEY = Symbol('desk')
export const provideDesk = (desk: Desk) => setContext(KEY, desk)
export const useDesk = () => getContext<Desk>(KEY)
