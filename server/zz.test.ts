import { it } from 'vitest'
import { libraryCast, testServer } from './testing.ts'
const server = await testServer()
const cast = await libraryCast(server)
it('x', async () => {
  const t = (p: Promise<any>) => Promise.race([p, new Promise(r => setTimeout(() => r('HUNG'), 3000))]).catch(e => 'ERR ' + e.message)
  const log = async (name: string, p: Promise<any>) => { const r: any = await t(p); console.log(name, r.status ?? r, r.text) }
  await log('json', cast.reader.post('/api/v1/files', { file: 'x' }))
  await log('none', cast.reader.request('POST', '/api/v1/files'))
  await log('nob', cast.reader.request('POST', '/api/v1/files', { body: 'x', headers: { 'content-type': 'multipart/form-data' } }))
  await log('broken', cast.reader.request('POST', '/api/v1/files', { body: '--a\r\nbroken', headers: { 'content-type': 'multipart/form-data; boundary=a' } }))
  console.log(server.errors)
})
