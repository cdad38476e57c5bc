// The built pages and the API under one address, for a server that does not serve the pages itself: with the headers that
// the server gives them, above all its content security policy.
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'

const dist = fileURLToPath(new URL('../dist', import.meta.url))
const policy =
  "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
const types: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  json: 'application/json',
}
const small = new Map<string, Buffer>()

/** As ahead of time as the server's: once for each file, at the best quality. */
export function brotli(path: string): Buffer {
  const key = `${path} ${statSync(path).mtimeMs}`
  let bytes = small.get(key)
  if (!bytes) small.set(key, (bytes = brotliCompressSync(readFileSync(path), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })))
  return bytes
}

export async function serve(api: string, port = 0): Promise<{ address: string; server: Server }> {
  const { hostname, port: apiPort } = new URL(api)
  const server = createServer((incoming, outgoing) => {
    const path = new URL(incoming.url ?? '/', 'http://x').pathname
    if (path === '/' || /^\/(api|docs|demo)\//.test(path)) {
      const onward = request({ hostname, port: apiPort, path: incoming.url, method: incoming.method, headers: incoming.headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      })
      onward.on('error', () => outgoing.destroy())
      incoming.pipe(onward)
      return
    }
    const file = dist + (path.endsWith('/') ? `${path}index.html` : path)
    if (path.includes('..') || !existsSync(file) || !statSync(file).isFile()) {
      outgoing.writeHead(404).end()
      return
    }
    const type = types[file.split('.').pop() ?? ''] ?? 'application/octet-stream'
    const headers: Record<string, string> = {
      'Content-Type': type,
      'Cache-Control': path.startsWith('/m/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      'Content-Security-Policy': policy,
      Vary: 'Accept-Encoding',
    }
    if (/\bbr\b/.test(String(incoming.headers['accept-encoding']))) {
      outgoing.writeHead(200, { ...headers, 'Content-Encoding': 'br' }).end(brotli(file))
      return
    }
    outgoing.writeHead(200, headers)
    createReadStream(file).pipe(outgoing)
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { address } = await serve(process.env['XIANFENG_URL'] ?? 'http://127.0.0.1:8080', Number(process.env['PORT'] ?? 0))
  console.log(`${address}/m/`)
}
