// The paste desk by keyboard alone, and what it must never keep.
import assert from 'node:assert/strict'
import { PAIR_TEXT } from './screens.mjs'

const focused = (page) => page.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? document.activeElement?.tagName)

/** Tab until a control has the focus; a keyboard trap or an unreachable control fails here. */
export async function tabTo(page, testid) {
  for (let presses = 0; presses < 40; presses += 1) {
    if ((await focused(page)) === testid) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab never reaches ${testid}; it stands at ${await focused(page)}`)
}

export const checks = {
  async 'from the empty list to a kept pair by keyboard'(app) {
    const page = await app.window('state=empty')
    await tabTo(page, 'empty-add')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1')
    await tabTo(page, 'address')
    await page.keyboard.type('https://sandbox.huntflow.dev/my/org#/settings')
    await page.waitForFunction(() => document.querySelector('[data-testid=base-url]').textContent === 'https://sandbox-api.huntflow.dev')
    await tabTo(page, 'paste')
    await page.evaluate((text) => navigator.clipboard.writeText(text), PAIR_TEXT)
    await page.keyboard.press('Control+V')
    await page.locator('[data-testid=look][data-found=pair]').waitFor()
    await tabTo(page, 'check')
    await page.keyboard.press('Enter')
    await page.id('identity').waitFor()
    assert.match(await page.id('identity').innerText(), /Olga Petrova[\s\S]*olga@northwind\.example[\s\S]*Northwind/)
    await tabTo(page, 'label')
    assert.equal(await page.id('label').inputValue(), 'Northwind')
    await page.keyboard.press('Enter')
    await page.id('kept').waitFor()
    await tabTo(page, 'clear-clipboard')
    await page.keyboard.press('Enter')
    await tabTo(page, 'open-kept')
    await page.keyboard.press('Enter')
    await page.id('detail-health').waitFor()
    assert.equal(await page.locator('h1').innerText(), 'Northwind')
    await page.context().close()
  },

  async 'nothing of the pair is in the page once it was sent'(app) {
    const page = await app.window('state=empty')
    await page.id('empty-add').click()
    await page.id('paste').fill(PAIR_TEXT)
    await page.locator('[data-testid=check]:enabled').click()
    await page.id('identity').waitFor()
    const traces = await page.evaluate(() => {
      const values = [...document.querySelectorAll('input, textarea')].map((field) => field.value)
      return [document.documentElement.outerHTML, ...values, JSON.stringify(localStorage), JSON.stringify(sessionStorage), location.href].join('\n')
    })
    assert.ok(traces.includes('Olga Petrova'), 'the page was not looked at')
    assert.ok(!/1{20}|2{20}/.test(traces), 'a token is still in the page')
    await page.context().close()
  },

  async 'swapped halves are put right with one press'(app) {
    const page = await app.window('state=empty')
    await page.id('empty-add').click()
    await page.id('access').fill(`b${'2'.repeat(63)}`)
    await page.id('refresh').fill(`a${'1'.repeat(63)}`)
    await page.id('swap').click()
    await page.locator('[data-testid=look][data-found=pair]').waitFor()
    assert.match(await page.id('access').inputValue(), /^a1/)
    assert.match(await page.id('refresh').inputValue(), /^b2/)
    await page.context().close()
  },

  async 'doubled, incomplete and linked texts are named and cannot be sent'(app) {
    const page = await app.window('state=empty')
    await page.id('empty-add').click()
    const token = `a${'1'.repeat(63)}`
    for (const [text, found] of [
      [`${token} ${token}`, 'doubled'],
      [token, 'incomplete'],
      ['https://huntflow.ru/token/abc', 'link'],
    ]) {
      await page.id('paste').fill(text)
      await page.locator(`[data-testid=look][data-found=${found}]`).waitFor()
      assert.ok((await page.id('look').innerText()).length > 20)
      assert.ok(await page.id('check').isDisabled())
    }
    await page.context().close()
  },

  async 'a refused check keeps the text for one more try, and another environment tries by itself'(app) {
    const page = await app.window('state=empty')
    await page.id('empty-add').click()
    await page.id('paste').fill(`ac${'1'.repeat(62)} b${'2'.repeat(63)}`)
    await page.locator('[data-testid=check]:enabled').click()
    await page.id('check-again').waitFor()
    assert.equal(await page.id('save').count(), 0)
    await page.id('env-sandbox').check()
    await page.id('identity').waitFor()
    await page.id('save').click()
    await page.id('kept').waitFor()
    await page.context().close()
  },

  async 'another person\'s pair replaces only after a yes'(app) {
    const page = await app.window('')
    await page.locator('[data-id=c5]').click()
    await page.id('replace').click()
    await page.id('paste').fill(PAIR_TEXT)
    await page.locator('[data-testid=check]:enabled').click()
    await page.id('confirm-other').waitFor()
    assert.ok(await page.id('save').isDisabled())
    await page.id('confirm-other').check()
    await page.id('save').click()
    await page.id('kept').waitFor()
    await page.context().close()
  },
}
