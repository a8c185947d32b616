// Every screen × 3 languages × 2 themes, with the contrast rule on.
import { AxeBuilder } from '@axe-core/playwright'
import { SCREENS } from './screens.mjs'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** What axe finds on the page as it is now, in words. The second theme changes colours only, not the structure. */
async function look(page, theme) {
  await page.evaluate((name) => (document.documentElement.dataset.theme = name), theme)
  // One frame only: the mode for pages with foreign frames opens a second page for each run.
  const axe = new AxeBuilder({ page }).setLegacyMode(true)
  if (theme === 'light') axe.options({ runOnly: TAGS, rules: { 'color-contrast': { enabled: true }, 'target-size': { enabled: true } } })
  else axe.options({ runOnly: { type: 'rule', values: ['color-contrast'] } })
  const { violations, passes } = await axe.analyze()
  if (!passes.some(({ id }) => id === 'color-contrast')) return [`${theme}: the contrast rule looked at nothing`]
  return violations.flatMap(({ id, nodes }) =>
    nodes.slice(0, 4).map((node) => `${theme}: ${id}: ${node.target} ${node.failureSummary?.split('\n')[1]?.trim() ?? ''}`),
  )
}

export const checks = {}

for (const screen of SCREENS) {
  for (const lang of ['en', 'ru', 'zh']) {
    checks[`${screen.name} ${lang}`] = async (app) => {
      const page = await app.window(`${screen.query ?? ''}&lang=${lang}&theme=light`)
      await screen.go(page)
      const shown = await page.evaluate(() => document.documentElement.lang)
      // Before a folder is open nobody knows the person's settings.
      if (screen.name !== 'start-error' && shown !== lang) throw new Error(`shown in ${shown}`)
      const found = [...(await look(page, 'light')), ...(await look(page, 'dark'))]
      await page.context().close()
      if (found.length) throw new Error(found.join('\n'))
    }
  }
}
