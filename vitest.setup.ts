export { setup } from '@partman/testing/vitest-setup'
