// Every screen × 3 languages × 2 themes, with the contrast rule on.
import AxeModule from '@axe-core/playwright'
import { SCREENS } from './screens.mjs'

const { AxeBuilder } = AxeModule
export const checks = {}

for (const lang of ['en', 'ru', 'zh']) {
  for (const theme of ['light', 'dark']) {
    for (const screen of SCREENS) {
      checks[`${screen.name} ${lang} ${theme}`] = async (app) => {
        const page = await app.window(`${screen.query ?? ''}&lang=${lang}&theme=${theme}`)
        await screen.go(page)
        const state = await page.evaluate(() => ({ lang: document.documentElement.lang, theme: document.documentElement.dataset.theme }))
        // Before a folder is open nobody knows the person's settings.
        if (screen.name !== 'start-error' && (state.lang !== lang || state.theme !== theme)) throw new Error(`shown in ${state.lang} ${state.theme}`)
        const { violations, passes } = await new AxeBuilder({ page })
          .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
          .options({ rules: { 'color-contrast': { enabled: true }, 'target-size': { enabled: true } } })
          .analyze()
        await page.context().close()
        if (!passes.some(({ id }) => id === 'color-contrast')) throw new Error('the contrast rule looked at nothing')
        if (violations.length) {
          throw new Error(violations.flatMap(({ id, nodes }) => nodes.slice(0, 4).map((node) => `${id}: ${node.target} ${node.failureSummary?.split('\n')[1] ?? ''}`)).join('\n'))
        }
      }
    }
  }
}
