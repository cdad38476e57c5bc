// Random keys. crypto.randomUUID needs a secure context, which a plain address in a plant's network is not;
// getRandomValues works everywhere.
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
