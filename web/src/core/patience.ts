// A crowd that asks at eight in the morning is over in a moment: who is turned away is told when to come again.

const LONGEST_SECONDS = 3

/** Waits as long as a server says that turned a request away unread, and a little longer; false where it says nothing, or more than anybody waits. */
export async function waited(response: Response): Promise<boolean> {
  const seconds = Number(response.headers.get('Retry-After'))
  if ((response.status !== 503 && response.status !== 429) || !(seconds > 0 && seconds <= LONGEST_SECONDS)) return false
  // Not all at the same moment again.
  await new Promise((over) => setTimeout(over, (seconds + Math.random()) * 1000))
  return true
}
