import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { programAt } from '../../../testing/peer.ts';
import { identity } from './run.ts';

/** Three studies as DICOM files, made by dcmtk: two of the agreed test patient, one of somebody else. */
export const makeStudies = (folder: string): readonly string[] =>
  [identity, identity, 'SOMEBODY'].map((patient, index) => {
    const [text, file] = [join(folder, `${index}.dump`), join(folder, `${index}.dcm`)];
    const elements = [
      '(0008,0016) UI =SecondaryCaptureImageStorage',
      `(0008,0018) UI [2.25.10${index}]`,
      '(0008,0020) DA [20260101]',
      '(0008,0060) CS [OT]',
      `(0010,0010) PN [${patient === identity ? 'Berggren^Nancy^Ann' : 'Else^Some'}]`,
      `(0010,0020) LO [${patient}]`,
      `(0020,000d) UI [2.25.20${index}]`,
      `(0020,000e) UI [2.25.30${index}]`,
      `(0020,0010) SH [S${index}]`,
      '(0020,0013) IS [1]',
    ];
    writeFileSync(text, `${elements.join('\n')}\n`);
    execFileSync(programAt('dump2dcm') ?? 'dump2dcm', ['-q', text, file]);
    return file;
  });
