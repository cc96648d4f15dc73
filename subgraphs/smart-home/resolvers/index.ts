/** All resolvers of the smart-home subgraph, by type. */
import { DateTime } from '@commonhold/kit/scalars.ts';
import { Command } from './command.ts';
import { Device, DoorLock, LeakSensor, Light, MotionSensor, SmartMeter, Thermostat, WaterValve } from './device.ts';
import { Mutation } from './mutation.ts';
import { Query } from './query.ts';
import { Residence } from './residence.ts';
import { Scene } from './scene.ts';

export const resolvers = {
  DateTime,
  Query,
  Mutation,
  Residence,
  Device,
  DoorLock,
  Light,
  Thermostat,
  LeakSensor,
  MotionSensor,
  WaterValve,
  SmartMeter,
  Scene,
  Command,
};
