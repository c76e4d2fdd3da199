/** Settings of the embedded server, for a machine with two cores and a few gigabytes of memory. */

export type ServerSettings = Record<string, string | number>

/** What the server is started with unless overridden; units as PostgreSQL writes them. */
export function defaultSettings(hasStatements: boolean): ServerSettings {
  return {
    listen_addresses: '127.0.0.1',
    // Socket paths are limited to 107 bytes, which a data directory can exceed.
    unix_socket_directories: '',
    max_connections: 100,
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    shared_buffers: '256MB',
    effective_cache_size: '1GB',
    maintenance_work_mem: '128MB',
    work_mem: '8MB',
    random_page_cost: 1.1,
    wal_level: 'logical',
    max_wal_size: '2GB',
    min_wal_size: '256MB',
    checkpoint_timeout: '15min',
    checkpoint_completion_target: 0.9,
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    cluster_name: 'onevisit',
    ...(hasStatements ? { shared_preload_libraries: 'pg_stat_statements' } : {}),
    ...LOGGING,
  }
}

/** Seven files, one a weekday, each emptied when its day comes again. Statements and rows are kept out: they hold personal data. */
const LOGGING: ServerSettings = {
  logging_collector: 'on',
  log_directory: 'log',
  log_filename: 'postgresql-%a.log',
  log_rotation_age: '1d',
  log_rotation_size: 0,
  log_truncate_on_rotation: 'on',
  log_line_prefix: '%m [%p] %a %e ',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
}

/** The server's arguments, without the program. */
export function serverArguments(pgdata: string, port: number, settings: ServerSettings): string[] {
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return ['-D', pgdata, '-p', String(port), ...options]
}
