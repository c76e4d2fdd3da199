export * from './duties.ts'
export * from './position.ts'
