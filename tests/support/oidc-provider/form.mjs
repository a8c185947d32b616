/** What a form sent, as far as a test may send. */
export async function form(request) {
  let text = ''
  for await (const part of request.setEncoding('utf8')) text += part
  return new URLSearchParams(text)
}
