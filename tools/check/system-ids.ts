// The sixty-two systems that the two policy texts name, by field. The folder of a system bears its id.

/** Ids by field of government, in the order of the design's list. */
export const systemIdsByField = {
  service: [
    'one-stop', 'service-rating', 'citizen-portal', 'hotline', 'proof-sharing',
  ],
  office: [
    'internal-matters', 'mobile-office', 'supervision',
  ],
  data: [
    'data-catalog', 'data-sharing', 'data-highway', 'open-data', 'data-warehouse', 'capability-hub', 'unified-identity',
    'trust-ledger', 'security-posture', 'gov-cloud', 'video-command',
  ],
  regulation: [
    'enforcement', 'risk-loop', 'public-credit',
  ],
  economy: [
    'enterprise-services', 'e-tax', 'economic-monitor', 'spatial-governance', 'address-link', 'investment-projects',
    'open-economy', 'enterprise-risk', 'land-reserve', 'quasi-finance', 'single-window', 'joint-boarding',
    'finance-services', 'wage-payments',
  ],
  society: [
    'future-community', 'rural-governance', 'grassroots', 'emergency', 'mobile-court', 'smart-security',
    'video-sharing', 'construction-waste', 'maritime-safety', 'hazardous-fire',
  ],
  livelihood: [
    'public-health', 'vaccine-trace', 'health-insurance', 'notary', 'migrant-services', 'campus-security',
    'culture-tourism', 'fitness-map', 'education',
  ],
  ecology: [
    'smart-water', 'environment',
  ],
  governance: [
    'city-brain', 'task-board', 'project-library', 'expert-pool', 'business-mapping',
  ],
} as const

export const systemIds: readonly string[] = Object.values(systemIdsByField).flat()
