// The list, the days and the dialogs by keyboard.
import assert from 'node:assert/strict'

const activeId = (page) => page.evaluate(() => document.activeElement?.dataset.id)

export const checks = {
  async 'slash searches, arrows walk, Enter opens, focus lands on the heading'(app) {
    const page = await app.window('')
    await page.keyboard.press('/')
    await page.keyboard.type('acme')
    await page.waitForFunction(() => document.querySelectorAll('[data-testid=row]').length === 2)
    await page.keyboard.press('ArrowDown')
    await page.waitForFunction(() => document.activeElement?.dataset.id === 'c5')
    await page.keyboard.press('ArrowDown')
    await page.waitForFunction(() => document.activeElement?.dataset.id === 'c6')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1' && document.activeElement.textContent === 'Acme HR (new pair)')
    await page.context().close()
  },

  async 'the row with the focus keeps it while the list is scrolled away'(app) {
    const page = await app.window('rows=3000')
    await page.id('row').first().focus()
    const id = await activeId(page)
    const next = await page.id('row').nth(1).getAttribute('data-id')
    await page.locator('[role=list]').last().evaluate((box) => box.scrollTo(0, 60_000))
    await page.waitForFunction((gone) => !document.querySelector(`[data-id="${gone}"]`), next)
    assert.equal(await activeId(page), id)
    await page.context().close()
  },

  async 'a day of the timeline filters, and the chip takes it back'(app) {
    const page = await app.window('')
    const before = await page.id('row').count()
    await page.id('timeline-day').first().focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.id('filter-day').waitFor()
    assert.equal(await page.id('row').count(), 1)
    await page.id('filter-day').focus()
    await page.keyboard.press('Enter')
    await page.waitForFunction((count) => document.querySelectorAll('[data-testid=row]').length === count, before)
    await page.context().close()
  },

  async 'a dialog keeps the focus inside, Escape closes it and gives the focus back'(app) {
    const page = await app.window('')
    await page.locator('[data-id=c5]').click()
    await page.id('rename').focus()
    await page.keyboard.press('Enter')
    await page.id('edit-value').waitFor()
    for (let presses = 0; presses < 6; presses += 1) {
      await page.keyboard.press('Tab')
      assert.ok(await page.evaluate(() => document.activeElement === document.body || Boolean(document.activeElement.closest('dialog'))))
    }
    await page.keyboard.press('Escape')
    await page.waitForFunction(() => document.activeElement?.dataset.testid === 'rename')
    await page.context().close()
  },
}
