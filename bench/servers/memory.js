// Loaded into grantbox for the memory rows: tells what V8 says of its memory, after a collection where that is asked.
const { Server } = process.getBuiltinModule('node:http')
const { getHeapSpaceStatistics } = process.getBuiltinModule('node:v8')
const emit = Server.prototype.emit
Server.prototype.emit = function (event, ...rest) {
  const [request, response] = rest
  if (event !== 'request' || !request.url.startsWith('/_bench/memory')) return Reflect.apply(emit, this, [event, ...rest])
  if (request.url.endsWith('?collected')) {
    globalThis.gc()
    globalThis.gc()
  }
  response.end(JSON.stringify({ ...process.memoryUsage(), spaces: getHeapSpaceStatistics() }))
  return true
}
