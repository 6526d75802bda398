/* SPDX-License-Identifier: 0BSD */
/* scale_channels: y = gain x + shift, a gain and a shift for each channel. */
static void
scale_channels (const channels_shape *s, const float *x, const float *gain, const float *shift,
                float *y)
{
  for (int i = 0; i < s->outer * s->channels * s->inner; i++)
    {
      const int c = i / s->inner % s->channels;

      y[i] = gain[c] * x[i] + shift[c];
    }
}

/* row_norm: each row less its mean and divided by its deviation (or by its root mean square alone). */
static void
row_norm (const row_norm_shape *s, const float *x, const float *weight, const float *bias, float *y)
{
  for (int r = 0; r < s->rows; r++)
    {
      const float *row = x + r * s->row;
      float mean = 0, variance = 0;

      for (int i = 0; i < s->row && !s->rms; i++)
        mean += row[i];
      mean /= (float) s->row;
      for (int i = 0; i < s->row; i++)
        variance += (row[i] - mean) * (row[i] - mean);
      variance = 1 / sqrtf (variance / (float) s->row + s->eps);
      for (int i = 0; i < s->row; i++)
        {
          const int k = (r * s->row + i) / s->per % s->weights;

          y[r * s->row + i] = (row[i] - mean) * variance * (weight != NULL ? weight[k] : 1)
                              + (bias != NULL ? bias[k] : 0);
        }
    }
}

/* local_norm: y = x (k + alpha / size sum x^2)^-beta, over `size` channels around. */
static void
local_norm (const local_norm_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n * s->c * s->plane; i++)
    {
      const int c = i / s->plane % s->c;
      float sum = 0;

      for (int j = c - s->size / 2; j < c - s->size / 2 + s->size; j++)
        if (j >= 0 && j < s->c)
          sum += x[i + (j - c) * s->plane] * x[i + (j - c) * s->plane];
      y[i] = x[i] * powf (s->k + s->alpha / (float) s->size * sum, -s->beta);
    }
}

/* softmax: the numbers of all channels become shares of 1. */
static void
softmax (const channels_shape *s, const float *x, float *y)
{
  for (int r = 0; r < s->outer * s->inner; r++)
    {
      const int at = r / s->inner * s->channels * s->inner + r % s->inner;
      float most = x[at], sum = 0;

      for (int k = 1; k < s->channels; k++)
        if (x[at + k * s->inner] > most)
          most = x[at + k * s->inner];
      for (int k = 0; k < s->channels; k++)
        {
          y[at + k * s->inner] = expf (x[at + k * s->inner] - most);
          sum += y[at + k * s->inner];
        }
      for (int k = 0; k < s->channels; k++)
        y[at + k * s->inner] /= sum;
    }
}

/* log_softmax: the logarithms of these shares. */
static void
log_softmax (const channels_shape *s, const float *x, float *y)
{
  for (int r = 0; r < s->outer * s->inner; r++)
    {
      const int at = r / s->inner * s->channels * s->inner + r % s->inner;
      float most = x[at], sum = 0;

      for (int k = 1; k < s->channels; k++)
        if (x[at + k * s->inner] > most)
          most = x[at + k * s->inner];
      for (int k = 0; k < s->channels; k++)
        sum += expf (x[at + k * s->inner] - most);
      sum = most + logf (sum);
      for (int k = 0; k < s->channels; k++)
        y[at + k * s->inner] = x[at + k * s->inner] - sum;
    }
}

/* move: the same numbers in other places. */
static void
move (const move_shape *s, const float *x, float *y)
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

/* add_up: sums over axes that have no step in y, whose n numbers are then times `share`. */
static void
add_up (const move_shape *s, const each_shape *all, const float *x, float *y)
{
  int at[6] = { 0, 0, 0, 0, 0, 0 }, axis = 0, from = s->x, to = s->y;

  for (int i = 0; i < all->n; i++)
    y[i] = 0;
  while (axis >= 0)
    {
      y[to] += x[from];
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
  for (int i = 0; i < all->n; i++)
    y[i] *= all->a;
}

/* fill: n times the number a. */
static void
fill (const each_shape *s, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = s->a;
}

/* remap: every pixel is the one at (rows[i], columns[j]) of x, or 0 where one of these is -1. */
static void
remap (const remap_shape *s, const float *x, const int32_t *rows, const int32_t *columns, float *y)
{
  for (int n = 0; n < s->n; n++, x += s->h * s->w)
    for (int i = 0; i < s->out_h; i++)
      for (int j = 0; j < s->out_w; j++)
        *y++ = rows[i] < 0 || columns[j] < 0 ? 0 : x[rows[i] * s->w + columns[j]];
}

/* bilinear: every pixel is mixed of the four around (rows[i], columns[j]) of x. */
static void
bilinear (const remap_shape *s, const float *x, const float *rows, const float *columns, float *y)
{
  for (int n = 0; n < s->n; n++, x += s->h * s->w)
    for (int i = 0; i < s->out_h; i++)
      for (int j = 0; j < s->out_w; j++)
        {
          const int top = (int) rows[i], left = (int) columns[j];
          const int down = top + 1 < s->h ? s->w : 0, right = left + 1 < s->w ? 1 : 0;
          const float *p = x + top * s->w + left;
          const float v = rows[i] - (float) top, h = columns[j] - (float) left;

          *y++ = (1 - v) * ((1 - h) * p[0] + h * p[right])
                 + v * ((1 - h) * p[down] + h * p[down + right]);
        }
}
