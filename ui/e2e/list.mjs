// 10,000 connections stay smooth.
import assert from 'node:assert/strict'

const FRAME = 16

export const checks = {
  async 'a keystroke in the search field at 10,000 rows takes less than a frame'(app) {
    const page = await app.window('rows=10000')
    await page.waitForFunction(() => /10,000/.test(document.querySelector('[data-testid=shown]').textContent))
    await page.id('search').focus()
    // Other programs take the machine now and then: each keystroke is typed five times and its best time
    // counts, and of all keystrokes the slowest.
    const best = new Map()
    for (let round = 0; round < 5; round += 1) {
      for (const word of ['company 3', 'olga', 'wang', 'zzz', 'north 00']) {
        await page.id('search').fill('')
        await page.evaluate(() => performance.clearMeasures('filter'))
        await page.keyboard.type(word)
        const times = await page.evaluate(() => performance.getEntriesByName('filter').map(({ duration }) => duration))
        assert.equal(times.length, word.length)
        times.forEach((time, index) => {
          const key = word.slice(0, index + 1)
          best.set(key, Math.min(time, best.get(key) ?? Infinity))
        })
      }
    }
    const times = [...best.values()].sort((a, b) => a - b)
    assert.ok(times.at(-1) < FRAME, `the slowest keystroke takes ${times.at(-1).toFixed(1)} ms; the limit is ${FRAME} ms`)
    await page.context().close()
    return `median ${times[times.length >> 1].toFixed(1)} ms, slowest ${times.at(-1).toFixed(1)} ms`
  },

  async 'only the rows in view are drawn, at the top and at the end'(app) {
    const page = await app.window('rows=10000')
    await page.waitForFunction(() => /10,000/.test(document.querySelector('[data-testid=shown]').textContent))
    const drawn = () => page.id('row').count()
    assert.ok((await drawn()) < 40, `${await drawn()} rows drawn`)
    await page.id('row').first().focus()
    await page.keyboard.press('End')
    await page.waitForFunction(() => document.activeElement?.dataset.id === 'm9999')
    assert.ok((await drawn()) < 40)
    assert.equal(await page.locator('[aria-posinset="10000"]').getAttribute('aria-setsize'), '10000')
    await page.context().close()
  },

  async 'the first rows are there before the rest is fetched'(app) {
    const page = await app.window('rows=10000')
    const ready = await page.evaluate(() => performance.getEntriesByName('ready')[0]?.startTime)
    assert.ok(ready > 0)
    await page.context().close()
    return `ready after ${Math.round(ready)} ms`
  },
}
