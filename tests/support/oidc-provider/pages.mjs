// The pages people see. Whatever a test clicks, types into or reads has an id that does not change.

export function loginPage({ action, client, hint, refused }) {
  return page('Sign in', `
    <p>to go on to <b id="client">${safe(client)}</b></p>
    ${refused ? '<p id="refused">Nobody here has this name.</p>' : ''}
    <form method="post" action="${action}/login">
      <label>Name <input id="person" name="person" value="${safe(hint ?? '')}" autofocus autocomplete="off"></label>
      <button id="sign-in">Sign in</button>
    </form>
    ${cancel(action)}`)
}

/** `choices` are the scopes a person may refuse one by one. */
export function consentPage({ action, client, person, scopes, choices }) {
  const line = (scope) => `<li data-scope="${safe(scope)}">${
    choices.includes(scope)
      ? `<label><input type="checkbox" name="scope" value="${safe(scope)}" checked> ${safe(scope)}</label>`
      : safe(scope)
  }</li>`
  return page('Agree', `
    <p><b id="client">${safe(client)}</b> asks <b id="person">${safe(person)}</b> for</p>
    <form id="consent" method="post" action="${action}/consent">
      <ul id="scopes">${scopes.map(line).join('')}</ul>
      <button id="allow">Allow</button>
    </form>
    ${cancel(action)}`)
}

export function gonePage() {
  return page('Gone', '<p id="error">This page is over.</p>')
}

/** An error that goes to no client, such as an address it did not register. */
export function failure(ctx, { error, error_description: description }) {
  show(ctx, page('Error', `<p id="error">${safe(error)}</p><p id="description">${safe(description ?? '')}</p>`))
}

export function deviceInput(ctx, form, _, error) {
  const wrong = error ? `<p id="refused">${safe(error.name)}</p>` : ''
  show(ctx, page('Connect a device', `${wrong}${form}<button id="continue" form="op.deviceInputForm">Continue</button>`))
}

export function deviceConfirm(ctx, form, client, _, code) {
  show(ctx, page('Is this the code?', `
    <p><b id="client">${safe(client.clientId)}</b> shows <code id="code">${safe(code)}</code></p>
    ${form}
    <button id="confirm" form="op.deviceConfirmForm">Yes</button>
    <button id="abort" form="op.deviceConfirmForm" name="abort" value="yes">No</button>`))
}

export function deviceDone(ctx) {
  show(ctx, page('Done', '<p id="done">The device is connected.</p>'))
}

function cancel(action) {
  return `<form method="post" action="${action}/deny"><button id="deny">Deny</button></form>`
}

function show(ctx, html) {
  ctx.type = 'html'
  ctx.body = html
}

function page(title, body) {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}</html>`
}

function safe(text) {
  return String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
}
