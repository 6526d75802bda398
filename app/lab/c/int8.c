/* SPDX-License-Identifier: 0BSD */
/* quantise: x[outer][channels][inner] to int8, gain x + shift rounded to the nearest. */
static void
quantise (const channels_shape *s, const float *x, const float *gain, const float *shift, int8_t *y)
{
  for (int i = 0; i < s->outer * s->channels * s->inner; i++)
    {
      const int c = i / s->inner % s->channels;
      const float raw = gain[c] * x[i] + shift[c];
      const float level = raw < -128 ? -128 : raw > 127 ? 127 : raw;

      y[i] = (int8_t) (level < 0 ? level - 0.5f : level + 0.5f);
    }
}

/* dequantise: a (x - b). */
static void
dequantise (const each_shape *s, const int8_t *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = s->a * ((float) x[i] - s->b);
}

/* requantise: x factor / 2^shift to the nearest, plus zero, between low and high. Shifts of numbers below 0 keep
 * their sign, as all compilers of note do. */
static int8_t
requantise (int64_t x, int32_t factor, int shift, int zero, int low, int high)
{
  const int64_t y = ((x * factor + ((int64_t) 1 << (shift - 1))) >> shift) + zero;

  return (int8_t) (y < low ? low : y > high ? high : y);
}

/* dense_s8: the products of whole numbers add up in 32 bits; each unit has its own factor and shift. */
static void
dense_s8 (const dense_s8_shape *s, const int8_t *x, const int8_t *weight, const int32_t *bias,
          const int32_t *factor, const int8_t *shift, int8_t *y)
{
  for (int r = 0; r < s->rows; r++)
    for (int u = 0; u < s->units; u++)
      {
        int32_t sum = bias[u];

        for (int i = 0; i < s->inputs; i++)
          sum += (x[r * s->inputs + i] - s->x_zero) * weight[u * s->inputs + i];
        y[r * s->units + u] = requantise (sum, factor[u], shift[u], s->y_zero, s->low, s->high);
      }
}

/* dense_s8_end: the same, with sums that become floats: the answer is not rounded once more. */
static void
dense_s8_end (const dense_s8_shape *s, const int8_t *x, const int8_t *weight, const int32_t *bias,
              const float *scale, float *y)
{
  for (int r = 0; r < s->rows; r++)
    for (int u = 0; u < s->units; u++)
      {
        int32_t sum = bias[u];

        for (int i = 0; i < s->inputs; i++)
          sum += (x[r * s->inputs + i] - s->x_zero) * weight[u * s->inputs + i];
        y[r * s->units + u] = scale[u] * (float) sum;
      }
}

/* conv2d_s8_sum: what the kernel of channel o sees with its first pixel at (top, left) of x. */
static int32_t
conv2d_s8_sum (const conv2d_s8_shape *s, const int8_t *x, const int8_t *weight, int o, int top,
               int left)
{
  const int channels = s->c / s->groups, first = o / (s->out_c / s->groups) * channels;
  int32_t sum = 0;

  for (int c = 0; c < channels; c++)
    for (int i = 0; i < s->kernel_h; i++)
      for (int j = 0; j < s->kernel_w; j++)
        {
          const int row = top + i * s->dilation_h, column = left + j * s->dilation_w;

          if (row >= 0 && row < s->h && column >= 0 && column < s->w)
            sum += (x[((first + c) * s->h + row) * s->w + column] - s->x_zero)
                   * weight[((o * channels + c) * s->kernel_h + i) * s->kernel_w + j];
        }
  return sum;
}

/* conv2d_s8: the products of whole numbers add up in 32 bits; each channel has its own factor and shift. */
static void
conv2d_s8 (const conv2d_s8_shape *s, const int8_t *x, const int8_t *weight, const int32_t *bias,
           const int32_t *factor, const int8_t *shift, int8_t *y)
{
  for (int n = 0; n < s->n; n++, x += s->c * s->h * s->w)
    for (int o = 0; o < s->out_c; o++)
      for (int i = 0; i < s->out_h; i++)
        for (int j = 0; j < s->out_w; j++)
          *y++ = requantise (bias[o]
                                 + conv2d_s8_sum (s, x, weight, o, i * s->stride_h - s->pad_top,
                                                  j * s->stride_w - s->pad_left),
                             factor[o], shift[o], s->y_zero, s->low, s->high);
}

/* max_pool_s8: the largest of each window. */
static void
max_pool_s8 (const pool_shape *s, const int8_t *x, int8_t *y)
{
  for (int n = 0; n < s->n; n++, x += s->h * s->w)
    for (int i = 0; i < s->out_h; i++)
      for (int j = 0; j < s->out_w; j++)
        {
          const pool_span rows = pool_rows (s, i), columns = pool_columns (s, j);
          int8_t most = x[rows.begin * s->w + columns.begin];

          for (int r = rows.begin; r < rows.end; r += rows.step)
            for (int c = columns.begin; c < columns.end; c += columns.step)
              if (x[r * s->w + c] > most)
                most = x[r * s->w + c];
          *y++ = most;
        }
}

/* avg_pool_s8: the mean of each window, to the nearest level. */
static void
avg_pool_s8 (const pool_shape *s, const zero_shape *level, const int8_t *x, int8_t *y)
{
  for (int n = 0; n < s->n; n++, x += s->h * s->w)
    for (int i = 0; i < s->out_h; i++)
      for (int j = 0; j < s->out_w; j++)
        {
          const pool_span rows = pool_rows (s, i), columns = pool_columns (s, j);
          const int32_t count = rows.count * columns.count;
          int32_t sum = 0;

          for (int r = rows.begin; r < rows.end; r += rows.step)
            for (int c = columns.begin; c < columns.end; c += columns.step)
              sum += x[r * s->w + c] - level->zero;
          *y++ = (int8_t) ((sum < 0 ? sum - count / 2 : sum + count / 2) / count + level->zero);
        }
}

/* lookup: any function of one int8, as its 256 values. */
static void
lookup (const each_shape *s, const int8_t *x, const int8_t *values, int8_t *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = values[x[i] + 128];
}

/* add_s8: y = a + b. */
static void
add_s8 (const add_s8_shape *s, const int8_t *a, const int8_t *b, int8_t *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = requantise ((int64_t) (a[i] - s->a_zero) * s->a_factor
                           + (int64_t) (b[i] - s->b_zero) * s->b_factor,
                       1, s->shift, s->y_zero, -128, 127);
}

/* move_s8: the same numbers in other places. */
static void
move_s8 (const move_shape *s, const int8_t *x, int8_t *y)
{
  int at[6] = { 0, 0, 0, 0, 0, 0 }, axis = 0, from = s->x, to = s->y;

  while (axis >= 0)
    {
      y[to] = x[from];
      for (axis = 5; axis >= 0; axis--)
        {
          from += s->from[axis];
          to += s->to[axis];
          if (++at[axis] < s->size[axis])
            break;
          from -= at[axis] * s->from[axis];
          to -= at[axis] * s->to[axis];
          at[axis] = 0;
        }
    }
}

/* fill_s8: n times the level a. */
static void
fill_s8 (const each_shape *s, int8_t *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = (int8_t) s->a;
}

/* remap_s8: every pixel is the one at (rows[i], columns[j]) of x, or the zero point where one of these is -1. */
static void
remap_s8 (const remap_shape *s, const zero_shape *level, const int8_t *x, const int32_t *rows,
          const int32_t *columns, int8_t *y)
{
  for (int n = 0; n < s->n; n++, x += s->h * s->w)
    for (int i = 0; i < s->out_h; i++)
      for (int j = 0; j < s->out_w; j++)
        *y++ = (int8_t) (rows[i] < 0 || columns[j] < 0 ? level->zero
                                                       : x[rows[i] * s->w + columns[j]]);
}
