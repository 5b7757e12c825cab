// Loaded into grantbox for the memory rows: tells the size of the heap after a collection.
const { Server } = process.getBuiltinModule('node:http')
const emit = Server.prototype.emit
Server.prototype.emit = function (event, ...rest) {
  const [request, response] = rest
  if (event !== 'request' || request.url !== '/_bench/heap') return Reflect.apply(emit, this, [event, ...rest])
  globalThis.gc()
  globalThis.gc()
  response.end(String(process.memoryUsage().heapUsed))
  return true
}
