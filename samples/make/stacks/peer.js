// A client and a server on Node's tls, for recording: peer.js client|server '{"name": …}'
const fs = require('fs')
const tls = require('tls')
const [side, text] = process.argv.slice(2)
const own = JSON.parse(text)
const file = (path) => (path ? fs.readFileSync(path) : undefined)
const options = {
  host: own.name, port: 443, servername: own.name, ca: file(own.ca), cert: file(own.cert), key: file(own.key),
  ALPNProtocols: own.alpn ? [own.alpn] : undefined, ciphers: own.suite, ecdhCurve: own.curve,
  minVersion: own.version ? 'TLSv' + own.version : undefined, maxVersion: own.version ? 'TLSv' + own.version : undefined,
}
if (side === 'server') {
  const body = 'all is well. '.repeat(20)
  const server = tls.createServer({ ...options, requestCert: !!own.ca, rejectUnauthorized: !!own.ca }, (wire) => {
    wire.on('error', () => {})
    if (own.leave) return wire.end()
    wire.once('data', () => own.silent || wire.end(`HTTP/1.0 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`))
  })
  server.on('tlsClientError', () => {})
  server.listen(443)
} else {
  const wire = tls.connect(options, () => wire.write(`GET / HTTP/1.0\r\nHost: ${own.name}\r\n\r\n`))
  wire.on('data', (data) => process.stdout.write(data))
  wire.on('error', (error) => console.log('failed: ' + error.code))
  wire.on('close', () => process.exit())
  setTimeout(() => wire.end(), 4000)
  setTimeout(() => process.exit(), 4500)
}
