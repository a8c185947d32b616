// Pictures of every screen, for a person to look at: `node e2e/shots.mjs [screen] [language] [theme]`.
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { open } from './browser.mjs'
import { SCREENS } from './screens.mjs'

const folder = join(dirname(fileURLToPath(import.meta.url)), 'shots')
mkdirSync(folder, { recursive: true })
const [only, language, theme, width, height] = process.argv.slice(2)
const size = width ? { width: Number(width), height: Number(height) } : undefined
const app = await open()
for (const screen of SCREENS.filter(({ name }) => !only || only === 'all' || only.split(',').includes(name))) {
  for (const lang of language ? [language] : ['en', 'ru', 'zh']) {
    for (const look of theme ? [theme] : ['light', 'dark']) {
      const page = await app.window(`${screen.query ?? ''}&lang=${lang}&theme=${look}`, size)
      try {
        await screen.go(page)
        await page.waitForTimeout(150)
      } catch (error) {
        console.error(screen.name, error.message.split('\n')[0])
      }
      await page.screenshot({ path: join(folder, `${screen.name}-${lang}-${look}.png`) })
      await page.context().close()
    }
  }
}
await app.close()
for (const fault of new Set(app.faults)) console.error(fault)
