export default async function stop() {
  await globalThis.grantbox.close()
}
