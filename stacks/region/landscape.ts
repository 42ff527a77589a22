import { defineLandscape } from '../../infra/landscape/define.ts';
import { citizenComponents, citizenSolutions } from './citizens.ts';
import { dataComponents, dataSolutions } from './data.ts';
import { deviceComponents, deviceSolutions } from './devices.ts';
import { logisticsComponents, logisticsSolutions } from './logistics.ts';
import { platformComponents, platformSolutions } from './platform.ts';
import { recordComponents, recordSolutions } from './record.ts';
import { robotComponents, robotSolutions } from './robots.ts';
import { routes } from './routes.ts';
import { sharedComponents, sharedSolutions } from './shared.ts';
import { clusters, hosts, sites } from './sites.ts';
import { teams } from './teams.ts';
import { windows } from './windows.ts';
import { citizenWorkflows, officeWorkflows, recordWorkflows, wardWorkflows } from './workflows.ts';
import { workplaceComponents, workplaceSolutions } from './workplace.ts';

/** The reference estate: a region's two datacenters, cloud, five hospitals, and what people do with its solutions. */
export default defineLandscape({
  authority: { title: { da: 'Regionen', en: 'The region' }, zone: 'Europe/Copenhagen' },
  sites,
  clusters,
  hosts,
  teams,
  components: {
    ...sharedComponents,
    ...routes,
    ...recordComponents,
    ...logisticsComponents,
    ...workplaceComponents,
    ...deviceComponents,
    ...citizenComponents,
    ...robotComponents,
    ...dataComponents,
    ...platformComponents,
  },
  solutions: {
    ...recordSolutions,
    ...logisticsSolutions,
    ...workplaceSolutions,
    ...deviceSolutions,
    ...citizenSolutions,
    ...robotSolutions,
    ...dataSolutions,
    ...platformSolutions,
    ...sharedSolutions,
  },
  workflows: { ...recordWorkflows, ...wardWorkflows, ...citizenWorkflows, ...officeWorkflows },
  serviceWindows: windows,
});
