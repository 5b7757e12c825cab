// grantbox is an ES module, which Jest loads here, outside of its own module system: no experimental flag is needed.
export default {
  globalSetup: './global-setup.mjs',
  globalTeardown: './global-teardown.mjs',
  testMatch: ['**/*.test.cjs'],
}
