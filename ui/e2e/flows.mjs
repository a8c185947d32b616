// Removing and undoing, handing over, enrolling, settings: each walked once on the demonstration.
import assert from 'node:assert/strict'

export const checks = {
  async 'removed, undone, removed again and found under Removed'(app) {
    const page = await app.window('')
    await page.locator('[data-id=c5]').click()
    await page.id('remove').click()
    await page.id('undo').click()
    await page.locator('[data-id=c5]').waitFor()
    await page.locator('[data-id=c5]').click()
    await page.id('remove').click()
    await page.id('filter-removed').click()
    await page.locator('[data-id=c5]').click()
    await page.id('restore').click()
    await page.id('test').waitFor()
    await page.context().close()
  },

  async 'renew waits for its window and says when it opens'(app) {
    const page = await app.window('')
    await page.locator('[data-id=c5]').click()
    assert.ok(await page.id('renew').isDisabled())
    assert.match(await page.id('opens-at').innerText(), /Nov 26/)
    await page.context().close()
  },

  async 'enrolled, handed over, receipt pasted, taken back'(app) {
    const page = await app.window('')
    await page.id('nav-servers').click()
    await page.id('enrol').click()
    assert.match(await page.id('enrol-command').innerText(), /bulla agent enrol --sender/)
    await page.id('card').fill('nonsense')
    await page.locator('[role=alert]').waitFor()
    await page.id('card').fill('bulla-card1:abc')
    assert.equal(await page.locator('[data-testid=words] li').count(), 8)
    await page.id('words-match').click()
    await page.locator('[data-testid=server][data-name=hr-prod-2]').waitFor()
    await page.id('nav-connections').click()
    await page.locator('[data-id=c5]').click()
    await page.id('handover').click()
    assert.ok(await page.locator('[data-testid=pick][data-label="Acme HR"]').isChecked())
    await page.id('seal').click()
    assert.match(await page.id('scp-command').innerText(), /^scp /)
    assert.match(await page.id('open-command').innerText(), /^bulla agent open /)
    await page.id('to-receipt').click()
    await page.id('receipt').fill('bulla-receipt1:abc')
    await page.id('receipt-apply').click()
    await page.waitForFunction(() => /Acme HR/.test(document.querySelector('[data-testid=receipt-result]').textContent))
    await page.id('take-back').setInputFiles({ name: 'back.bulla', mimeType: 'application/octet-stream', buffer: Buffer.from([1, 2, 3]) })
    await page.waitForFunction(() => /Acme HR/.test(document.querySelector('[data-testid=take-back-result]').textContent))
    await page.context().close()
  },

  async 'a changed key is a hard stop with both fingerprints'(app) {
    const page = await app.window('state=changed')
    await page.id('nav-servers').click()
    await page.id('enrol').click()
    await page.id('card').fill('bulla-card1:abc')
    const said = await page.id('card-changed').innerText()
    assert.match(said, /0f9c/)
    assert.match(said, /b1d0/)
    assert.equal(await page.id('words-match').count(), 0)
    await page.context().close()
  },

  async 'language and theme change at once'(app) {
    const page = await app.window('')
    await page.id('nav-settings').click()
    await page.id('language').selectOption('ru')
    await page.waitForFunction(() => document.documentElement.lang === 'ru' && document.querySelector('h1').textContent === 'Настройки')
    await page.id('theme').selectOption('dark')
    await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark')
    await page.context().close()
  },

  async 'a locked keychain shows the list and heals'(app) {
    const page = await app.window('state=locked')
    assert.ok((await page.id('row').count()) > 5)
    await page.id('vault-retry').click()
    await page.waitForFunction(() => !document.querySelector('[data-testid=vault-banner]'))
    await page.context().close()
  },
}
