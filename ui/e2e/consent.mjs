// Consents and apps: every way in, every end, and what must never stay in the page.
import assert from 'node:assert/strict'
import { tabTo } from './paste.mjs'

const DESKTOP = JSON.stringify({ installed: { client_id: '77-x.apps.googleusercontent.com', project_id: 'northwind', client_secret: 'GOCSPX-planted' } })
const WEB = JSON.stringify({ web: { client_id: '77', client_secret: 'GOCSPX-planted' } })

const toGoogle = async (page) => {
  await page.id('nav-add').click()
  await page.id('provider-google').click()
}
const begin = async (page, label = 'Olga: Gmail') => {
  await toGoogle(page)
  await page.id('preset').click()
  await page.id('label').fill(label)
  await page.locator('[data-testid=open-browser]:enabled').click()
}
const find = async (page, text, id) => {
  await page.id('nav-connections').click()
  await page.id('search').fill(text)
  await page.locator(`[data-id="${id}"]`).click()
}
const traces = (page) =>
  page.evaluate(() => [document.documentElement.outerHTML, ...[...document.querySelectorAll('input, textarea')].map((field) => field.value), JSON.stringify(localStorage), location.href].join('\n'))
const isPlanted = async (page) => /planted/.test(await traces(page))
const endedAs = (page, state) => page.locator(`[data-testid=ended][data-state=${state}]`).waitFor()

export const checks = {
  async 'by keyboard from Add to a kept consent'(app) {
    const page = await app.window('')
    await tabTo(page, 'nav-add')
    await page.keyboard.press('Enter')
    await tabTo(page, 'provider-google')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1' && /Google/.test(document.activeElement.textContent))
    await page.locator('[data-testid=app-choice]:checked').waitFor()
    await tabTo(page, 'preset')
    await page.keyboard.press('Enter')
    await tabTo(page, 'label')
    assert.equal(await page.id('label').inputValue(), 'Google')
    await tabTo(page, 'open-browser')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.activeElement?.id === 'waiting-title')
    await page.waitForFunction(() => document.activeElement?.dataset.state === 'kept')
    await tabTo(page, 'open-kept')
    await page.keyboard.press('Enter')
    assert.equal(await page.id('grant-app').innerText(), 'Google acme-hr')
    assert.match(await page.id('grant').innerText(), /Read, send and change mail/)
    await page.context().close()
  },

  async 'a client file is read from a paste, a file and a drop; the wrong one is named; nothing of it stays'(app) {
    const page = await app.window('state=empty')
    await toGoogle(page)
    await page.id('client-text').fill(WEB)
    await page.locator('[role=alert]').waitFor()
    assert.match(await page.locator('[role=alert]').innerText(), /web site/)
    assert.equal(await page.id('client-text').inputValue(), '')
    assert.ok(!(await isPlanted(page)))
    await page.id('client-file').setInputFiles({ name: 'key.json', mimeType: 'application/json', buffer: Buffer.from('{"type":"service_account"}') })
    await page.waitForFunction(() => /service account/i.test(document.querySelector('[role=alert]')?.textContent ?? ''))
    const dropped = await page.evaluateHandle((text) => {
      const data = new DataTransfer()
      data.items.add(new File([text], 'client_secret.json'))
      return data
    }, DESKTOP)
    await page.dispatchEvent('aside', 'drop', { dataTransfer: dropped })
    await page.locator('[data-testid=app-choice][data-label="Google northwind"]:checked').waitFor()
    assert.ok(!(await isPlanted(page)))
    await page.context().close()
  },

  async 'a secret is out of the page once it was sent'(app) {
    const page = await app.window('state=empty')
    await page.id('nav-add').click()
    await page.id('provider-feishu').click()
    await page.id('client-id').fill('cli_1')
    await page.id('client-secret').fill('planted-secret')
    await page.id('add-app').click()
    await page.id('doctor').waitFor()
    assert.deepEqual(await page.id('redirect').allInnerTexts(), [18080, 18081, 18082].map((port) => `http://localhost:${port}/callback`))
    await page.id('redirect-copy').first().click()
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'http://localhost:18080/callback')
    // The form is shown anew: its field must not remember.
    await page.id('app-another').check()
    assert.equal(await page.id('client-secret').inputValue(), '')
    assert.ok(!(await isPlanted(page)))
    await page.context().close()
  },

  async 'the doctor stops an app whose secret is refused, and lets it go on with a new one'(app) {
    const page = await app.window('')
    await page.id('nav-add').click()
    await page.id('provider-feishu').click()
    await page.locator('[data-testid=doctor] [data-verdict=bad]').waitFor()
    assert.ok(await page.id('open-browser').isDisabled())
    await page.id('doctor-secret').click()
    await page.id('secret-value').fill('planted-secret')
    await page.id('secret-save').click()
    await page.locator('[data-testid=open-browser]:enabled').waitFor()
    assert.ok(!(await isPlanted(page)))
    await page.context().close()
  },

  async 'the page is left and found again; a wrong address costs nothing; the right one ends the wait'(app) {
    const page = await app.window('consent=wait')
    await begin(page)
    await page.id('waiting').waitFor()
    assert.equal(await page.id('consent-bar').count(), 0)
    await page.id('nav-settings').click()
    assert.match(await page.id('consent-bar').innerText(), /Olga: Gmail/)
    await page.id('consent-return').click()
    await page.id('landed').fill('https://example.com/?code=planted')
    await page.id('landed-send').click()
    await page.locator('[role=alert]').waitFor()
    assert.ok(!(await isPlanted(page)))
    await page.id('landed').fill('http://127.0.0.1:40213/?code=1&state=2')
    await page.id('landed-send').click()
    await endedAs(page, 'kept')
    await page.id('nav-settings').click()
    assert.equal(await page.id('consent-bar').count(), 0)
    await page.context().close()
  },

  async 'an end that nobody saw is told at the top'(app) {
    const page = await app.window('consent=wait')
    await begin(page)
    await page.id('waiting').waitFor()
    await page.id('nav-servers').click()
    await page.locator('[data-testid=consent-bar][data-stage=waiting]').waitFor()
    await page.evaluate(() => dispatchEvent(new Event('demo-consent')))
    await page.locator('[data-testid=consent-bar][data-stage=ended]').waitFor()
    await page.id('consent-return').click()
    await endedAs(page, 'kept')
    await page.context().close()
  },

  async 'a cancelled consent keeps everything typed'(app) {
    const page = await app.window('consent=wait')
    await begin(page)
    await page.id('consent-cancel').click()
    await endedAs(page, 'failed')
    await page.id('consent-retry').click()
    assert.equal(await page.id('label').inputValue(), 'Olga: Gmail')
    assert.ok(await page.locator('[data-testid=scope][value=spreadsheets]').isChecked())
    await page.locator('[data-testid=open-browser]:enabled').click()
    await page.id('waiting').waitFor()
    await page.context().close()
  },

  async 'an error page is picked and explained'(app) {
    const page = await app.window('consent=wait&state=empty')
    await page.id('nav-add').click()
    await page.id('provider-lark').click()
    await page.id('client-id').fill('cli_1')
    await page.id('client-secret').fill('x')
    await page.id('add-app').click()
    await page.locator('[data-testid=open-browser]:enabled').click()
    await page.locator('[data-testid=error-pages] summary').click()
    await page.locator('[data-testid=error-page][value=lark_20029]').check()
    assert.match(await page.id('error-page-means').innerText(), /not registered[\s\S]*localhost:18080\/callback/)
    await page.context().close()
  },

  async "another person's consent is kept only after a yes"(app) {
    const page = await app.window('consent=other_person')
    await find(page, 'gmail', 'g1')
    await page.id('consent-again').click()
    await page.locator('[data-testid=open-browser]:enabled').click()
    await endedAs(page, 'other_person')
    assert.match(await page.id('ended').innerText(), /anna@orbit\.example[\s\S]*olga@northwind\.example/)
    await page.id('nav-settings').click()
    await page.id('consent-return').click()
    await page.id('decide-yes').click()
    await endedAs(page, 'kept')
    await page.context().close()
  },

  async 'a consent that nobody vouched for waits for a yes, and a no keeps nothing'(app) {
    const page = await app.window('consent=confirm')
    await begin(page)
    await endedAs(page, 'confirm')
    await page.id('decide-no').click()
    await endedAs(page, 'failed')
    await page.id('nav-connections').click()
    await page.id('search').fill('olga: gmail')
    await page.id('clear-filters').waitFor()
    assert.equal(await page.id('row').count(), 0)
    await page.context().close()
  },

  async 'what was not granted is named, and consent is asked for again with the same'(app) {
    const page = await app.window('consent=missing')
    await begin(page)
    await endedAs(page, 'kept')
    assert.match(await page.id('ended-missing').innerText(), /Read and write sheets/)
    await page.id('consent-again').click()
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1' && /Olga: Gmail/.test(document.activeElement.textContent))
    await page.locator('[data-testid=open-browser]:enabled').waitFor()
    assert.equal(await page.id('label').count(), 0)
    await page.context().close()
  },

  async 'a dead consent asks for consent, not for a paste, and one yes heals it'(app) {
    const page = await app.window('')
    await find(page, 'marta: sheets', 'g2')
    assert.match(await page.id('grant-missing').innerText(), /Send mail/)
    assert.equal(await page.id('replace').count(), 0)
    await page.id('consent-again').click()
    await page.locator('[data-testid=open-browser]:enabled').click()
    await endedAs(page, 'kept')
    await page.id('open-kept').click()
    await page.waitForFunction(() => /Works/.test(document.querySelector('[data-testid=detail-health]')?.textContent ?? ''))
    await page.context().close()
  },

  async 'revoking names what else ends, and ends it only after a yes'(app) {
    const page = await app.window('')
    await find(page, 'gmail and', 'g1')
    await page.id('revoke').click()
    await page.id('revoke-yes').click()
    assert.match(await page.id('revoke-others').innerText(), /Anna: reports/)
    assert.doesNotMatch(await page.id('revoke-others').innerText(), /Marta/)
    await page.id('revoke-yes').click()
    await page.waitForFunction(() => /Connections/.test(document.querySelector('h1')?.textContent ?? ''))
    await page.id('search').fill('gmail and')
    await page.id('clear-filters').waitFor()
    assert.equal(await page.locator('[data-id=g1]').count(), 0)
    await page.context().close()
  },

  async 'apps: a new secret heals, a used app stays and says why, an unused one goes'(app) {
    const page = await app.window('')
    await page.id('nav-apps').click()
    const feishu = page.locator('[data-testid=app][data-provider=feishu]')
    await feishu.locator('[data-testid=app-secret]').click()
    await page.id('secret-value').fill('planted-secret')
    await page.id('secret-save').click()
    await page.waitForFunction(() => !/refused/i.test(document.querySelector('[data-provider=feishu]').textContent))
    assert.ok(!(await isPlanted(page)))
    const google = page.locator('[data-testid=app][data-provider=google]')
    await google.locator('[data-testid=app-rename]').click()
    await page.id('app-rename-value').fill('Acme')
    await page.id('app-rename-save').click()
    const renamed = page.locator('[data-testid=app][data-label="Acme"]')
    await renamed.locator('[data-testid=app-remove]').click()
    assert.match(await page.id('app-in-use').innerText(), /Anna: Gmail and Sheets/)
    assert.equal(await page.id('app-remove-yes').count(), 0)
    await page.keyboard.press('Escape')
    await page.context().close()

    const empty = await app.window('state=empty')
    await toGoogle(empty)
    await empty.id('client-text').fill(DESKTOP)
    await empty.id('app-choice').waitFor()
    await empty.id('nav-apps').click()
    await empty.id('app-remove').click()
    await empty.id('app-remove-yes').click()
    await empty.id('apps-empty').waitFor()
    await empty.context().close()
  },
}
