/** Published figures of another detector on the same corpus. */
export interface Peer {
  readonly name: string;
  readonly standard: number;
  readonly lowFp: number;
  readonly lowFn: number;
  readonly source: string;
}

/** The scores are those of NAB's own `results/final_results.json` (github.com/numenta/NAB, v1.1). */
export const PEERS: readonly Peer[] = [
  {
    name: 'ARTime',
    standard: 74.9,
    lowFp: 65.2,
    lowFn: 80.4,
    source: 'github.com/markNZed/ARTimeNAB.jl',
  },
  {
    name: 'Numenta HTM',
    standard: 70.1,
    lowFp: 63.1,
    lowFn: 74.3,
    source: 'Ahmad et al. 2017, Neurocomputing 262',
  },
  { name: 'CAD OSE', standard: 69.9, lowFp: 67.0, lowFn: 73.2, source: 'github.com/smirmik/CAD' },
  {
    name: 'earthgecko Skyline',
    standard: 58.2,
    lowFp: 46.2,
    lowFn: 63.8,
    source: 'github.com/earthgecko/skyline',
  },
  {
    name: 'KNN CAD',
    standard: 58.0,
    lowFp: 43.4,
    lowFn: 64.8,
    source: 'Burnaev and Ishimtsev 2016, arXiv:1608.04585',
  },
  { name: 'Relative entropy', standard: 54.6, lowFp: 47.6, lowFn: 58.8, source: 'Wang et al. 2011, IM 2011' },
  { name: 'Random cut forest', standard: 51.7, lowFp: 38.4, lowFn: 59.7, source: 'Guha et al. 2016, ICML' },
  {
    name: 'Twitter ADVec',
    standard: 47.1,
    lowFp: 33.6,
    lowFn: 53.5,
    source: 'github.com/twitter/AnomalyDetection',
  },
  {
    name: 'Windowed Gaussian',
    standard: 39.6,
    lowFp: 20.9,
    lowFn: 47.4,
    source: 'Lavin and Ahmad 2015, arXiv:1510.03336',
  },
  { name: 'Etsy Skyline', standard: 35.7, lowFp: 27.1, lowFn: 44.5, source: 'github.com/etsy/skyline' },
];
