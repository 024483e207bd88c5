/* The format of the columns of levels that make a window's spectrogram. */
#ifndef ISOLDE_COLUMNS_H
#define ISOLDE_COLUMNS_H

enum
{
  COLUMN_BANDS = 64,      /**< equal steps of the mel scale */
  COLUMN_LOWEST = 50,     /**< Hz, lower end of the first band */
  COLUMN_HIGHEST = 16000, /**< Hz, upper end of the last one */
  COLUMN_LANES = 4,       /**< voice, reverb, background, all before the faders, and the input */
  COLUMN_SIZE = COLUMN_BANDS * COLUMN_LANES, /**< bytes: `[band][lane]` */
  COLUMN_FLOOR = -120,                       /**< dBFS of the byte 0; each step is half a decibel */
  COLUMN_SAMPLES = 1024, /**< approximate distance in samples at 48 kHz: whole hops */
};
#endif
