/** Hands what the server sent to the browser, to be kept as a file of that name. */
export function keep(blob: unknown, name: string) {
  const address = URL.createObjectURL(blob as Blob)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
