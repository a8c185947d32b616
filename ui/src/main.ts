// Order matters here: the snapshot is asked for at once, language and theme are set before anything
// is drawn (no flash), the first rows are painted, and only then is the rest fetched.
import { mount, tick } from 'svelte'
import { host } from '#host'
import App from './App.svelte'
import { asRefusal } from './host/types'
import { languageOf, warm, words } from './i18n/words.svelte'
import StartError from './screens/StartError.svelte'
import { Desk, languageFor } from './state/desk.svelte'
import { applyTheme } from './state/theme'
import './styles/tokens.css'
import './styles/base.css'
import './styles/a11y.css'

const root = document.documentElement
const target = document.getElementById('app')!

async function start(): Promise<void> {
  const asked = host.snapshot()
  warm(languageOf(navigator.language))
  try {
    const snapshot = await asked
    applyTheme(snapshot.settings.theme, snapshot.system_dark)
    await words.use(languageFor(snapshot.settings, snapshot.system_language))
    root.lang = words.language
    const desk = new Desk(host, snapshot)
    mount(App, { target, props: { desk } })
    await tick()
    requestAnimationFrame(() => {
      markReady()
      // In a task of its own: what is drawn from here on must not hold up this frame.
      setTimeout(() => void desk.follow())
    })
  } catch (thrown) {
    applyTheme('system', matchMedia('(prefers-color-scheme: dark)').matches)
    await words.use(languageOf(navigator.language))
    root.lang = words.language
    mount(StartError, { target, props: { error: asRefusal(thrown) } })
    markReady()
  }
}

/** Speed tests and window tests wait for this. */
function markReady(): void {
  performance.mark('ready')
  root.dataset.ready = 'true'
}

void start()
