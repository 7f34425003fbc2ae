-- cells.lua - a gnuplot terminal that writes a display list for text cells.
--
--   set terminal lua 'cells.lua' WIDTH,HEIGHT        (in cells)
--
-- A cell has 2 by 4 dots, the unit of all coordinates, from the lower left.  A character is told to
-- gnuplot as one cell, so that it lays out margins, keys and labels for real text.  What each
-- line of the list means stands in viz/canvas.h; who draws it is viz/canvas_play.c.

local DOTS_X, DOTS_Y = 2, 4
local NO_DRAW = -3                  -- gnuplot's linetype for an invisible line

-- Of each dash type the dots drawn and left out; 1 is solid, 5 is for reference lines.
local DASHES = { [2] = { 4, 2 }, [3] = { 2, 2 }, [4] = { 6, 2 }, [5] = { 1, 3 } }
local ALIGN = { left = "l", center = "c", centre = "c", right = "r" }

local state = { linetype = 0, align = "l", rgb = "", dash = "", x = nil, y = nil }

term.description = "display list for text cells"
term.flags = term.TERM_CAN_DASH + term.TERM_LINEWIDTH
term.h_char, term.v_char = DOTS_X, DOTS_Y
term.h_tic, term.v_tic = DOTS_X, DOTS_Y
term.xmax, term.ymax = 80 * DOTS_X, 24 * DOTS_Y

local function round(v)
    return math.floor(v + 0.5)
end

local function line(...)
    gp.write(string.format(...) .. "\n")
end

-- Colours and dashes are written when they change.
local function set_rgb(rgb)
    if rgb ~= state.rgb then
        state.rgb = rgb
        line("c %s", rgb)
    end
end

local function set_dash(on, off)
    local dash = string.format("d %d %d", on, off)
    if dash ~= state.dash then
        state.dash = dash
        line("%s", dash)
    end
end

term.options = function(text, initial, count)
    local width, height = string.match(text, "(%d+)%s*,%s*(%d+)")
    if not width then
        gp.int_error(count, "cells.lua: WIDTH,HEIGHT in cells wanted")
        return 0
    end
    term.xmax, term.ymax = tonumber(width) * DOTS_X, tonumber(height) * DOTS_Y
    gp.term_options(string.format("%d,%d", width, height))
    return 1
end

term.init = function()
    return 1
end

term.graphics = function()
    state = { linetype = 0, align = "l", rgb = "", dash = "", x = nil, y = nil }
    return 1
end

term.text = function()
    line("e")
    return 1
end

term.reset = function()
    return 1
end

term.move = function(x, y)
    state.x, state.y = x, y
    line("m %d %d", round(x), round(y))
    return 1
end

term.vector = function(x, y)
    if state.linetype ~= NO_DRAW then
        line("v %d %d", round(x), round(y))
    else
        line("m %d %d", round(x), round(y))
    end
    return 1
end

term.linetype = function(kind)
    state.linetype = kind
    return 1
end

term.dashtype = function(kind)
    -- gnuplot counts from 0 here: dashtype 2 of the script arrives as 1
    local dash = DASHES[kind + 1]
    if dash then
        set_dash(dash[1], dash[2])
    else
        set_dash(0, 0)
    end
    return 1
end

term.set_color = function(kind, _, _, _, r, g, b)
    if kind == "LT" then
        set_rgb("000000")
    else
        set_rgb(string.format("%02x%02x%02x", round(r * 255), round(g * 255), round(b * 255)))
    end
    return 1
end

-- 0 asks gnuplot to leave text upright, which is all that cells can do
term.text_angle = function(angle)
    return angle == 0 and 1 or 0
end

term.justify_text = function(align)
    state.align = ALIGN[align] or "l"
    return 1
end

term.put_text = function(x, y, text)
    text = string.gsub(text, "%c", "")
    if string.find(text, "%S") then
        line("t %d %d %s %s", round(x), round(y), state.align, text)
    end
    return 1
end

-- pointtype 7 is the plain dot of our scripts; 101 and up are marks, one for each category
term.point = function(x, y, kind)
    line("p %d %d %d", round(x), round(y), kind >= 100 and kind - 99 or 0)
    return 1
end

-- How much of an area is inked, in percent.
local function density(style, par)
    if style == "EMPTY" then
        return 0
    elseif style == "SOLID" or style == "TRANSPARENT_SOLID" then
        return par
    end
    return 100
end

term.boxfill = function(style, par, x, y, width, height)
    line("b %d %d %d %d %d", density(style, par), round(x), round(y), round(width), round(height))
    return 1
end

-- A closed rectangle with upright sides; gnuplot draws the bars of a histogram as polygons.
local function is_box(c)
    local closed = #c == 5 and c[1][1] == c[5][1] and c[1][2] == c[5][2]
    return (#c == 4 or closed) and c[1][1] == c[2][1] and c[3][1] == c[4][1]
        and c[1][2] == c[4][2] and c[2][2] == c[3][2]
end

term.filled_polygon = function(style, par, corners)
    if is_box(corners) then
        local x, y = math.min(corners[1][1], corners[3][1]), math.min(corners[1][2], corners[3][2])
        return term.boxfill(style, par, x, y, math.abs(corners[3][1] - corners[1][1]),
                            math.abs(corners[3][2] - corners[1][2]))
    end
    local parts = { string.format("f %d", density(style, par)) }
    for _, corner in ipairs(corners) do
        parts[#parts + 1] = string.format("%d %d", round(corner[1]), round(corner[2]))
    end
    if #corners >= 3 then
        line("%s", table.concat(parts, " "))
    end
    return 1
end

term.arrow = function()
    return 0                        -- drawn by gnuplot with moves and vectors
end

term.linewidth = function()
    return 1
end

term.pointsize = function()
    return 1
end

term.set_font = function()
    return 1
end

term.layer = function()
    return 1
end

term.path = function()
    return 1
end

term.boxed_text = function()
    return 1
end

term.image = function()
    return 1                        -- our scripts draw no images
end

term.make_palette = function()
    return 0                        -- any colour
end

term.previous_palette = function()
    return 1
end
